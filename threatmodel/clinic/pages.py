"""What every staff view stands behind: who asks, what their role may do, and forms that lose nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render

from threatmodel.clinic import matters
from threatmodel.clinic.access import Act, may
from threatmodel.clinic.contents import Contents
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.models import Staff
from threatmodel.clinic.working import Working, working
from threatmodel.documents.telling import labels

type View = Callable[..., HttpResponseBase]

CLIENT_VIEW = "client_view"  # in the session: the matter whose client holds the device just now
OURS = ("csrfmiddlewaretoken", "revision", "once", "pad")
ANSWER = "answer-"


def staff_page(act: Act = "walk", *, for_client: bool = False) -> Callable[[View], View]:
    """Hand the view the person who asks. Without the right it is as if the page did not exist.

    While a client holds the device, only the pages made for that are shown, and only of their own matter.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            staff = request.user
            if not isinstance(staff, Staff) or not may(staff, act):
                return not_here(request)
            held = request.session.get(CLIENT_VIEW)
            if held and not (for_client and str(kwargs.get("matter", "")) == held):
                return redirect("clinic-hand-back", held)
            return view(request, staff, *args, **kwargs)

        return wrapped

    return decorate


@dataclass(frozen=True, slots=True)
class Line:
    """Something of a form, as it was sent and as it stands: shown side by side where two saved at once."""

    label: str
    mine: str
    theirs: str


def change(
    request: HttpRequest,
    staff: Staff,
    matter: UUID,
    act: str,
    edit: Callable[[Working], Contents],
    *,
    also: Callable[[], None] = lambda: None,
    beside: Mapping[str, object] | None = None,
) -> matters.Opened | HttpResponse:
    """Save what ``edit`` makes of the matter; or the page that shows both versions, when somebody was first.

    ``edit`` gets the matter as it stands. Raises what ``edit`` and ``matters.save`` raise.
    """
    once = request.POST.get("once", "")
    opened = matters.load(staff, matter)
    try:
        if opened.row.revision != _revision(request.POST) and not matters.was_saved(opened, once):
            raise matters.Conflict(opened)
        return matters.save(staff, opened, edit(working(opened)), act, once=once, also=also, beside=beside)
    except matters.Conflict as fault:
        return _both(request, working(fault.current))


def form_marks(opened: matters.Opened) -> dict[str, object]:
    """What every form on a matter carries: which revision it was made from, and a mark that makes it count once."""
    return {"revision": opened.row.revision, "once": uuid4().hex}


def _revision(form: QueryDict) -> int:
    text = form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _both(request: HttpRequest, current: Working) -> HttpResponse:
    sent = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
    context = {
        "matter": current,
        "lines": list(_lines(request.POST, current)),
        "sent": sent,
        "again": request.path,
        **form_marks(current.opened),
    }
    return render(request, "clinic/conflict.html", context, status=409)


def _lines(form: QueryDict, current: Working) -> Iterable[Line]:
    for name, values in form.lists():
        question = name.removeprefix(ANSWER)
        if name.startswith(ANSWER) and question in current.pack.question:
            known = set(current.pack.layout[question].option)
            mine = labels(current.pack, question, [value for value in values if value in known])
            theirs = labels(current.pack, question, current.answers.chosen(question))
            yield Line(current.pack.question[question].ask, mine, theirs)
        elif name not in OURS:
            yield Line(name, "; ".join(values), _standing(name, current))


def _standing(name: str, current: Working) -> str:
    """What stands now where a form's field would have written."""
    if name == "alias":
        return current.contents.alias
    if name == "note" and current.contents.notes:
        return current.contents.notes[-1].text
    return ""
