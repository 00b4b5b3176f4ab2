"""What every staff view stands behind: who asks, what their role may do, and forms that lose nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render

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


def staff_page(act: Act = "walk") -> Callable[[View], View]:
    """Hand the view the person who asks. Without the right it is as if the page did not exist."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            staff = request.user
            if not isinstance(staff, Staff) or not may(staff, act):
                return not_here(request)
            return view(request, staff, *args, **kwargs)

        return wrapped

    return decorate


@dataclass(frozen=True, slots=True)
class Line:
    """Something of a form, as it was sent and as it stands: shown side by side where two saved at once."""

    label: str
    mine: str
    theirs: str


type Standing = Callable[[Working], Mapping[str, tuple[str, str]]]


def nothing(_: Working) -> Mapping[str, tuple[str, str]]:
    """For forms that hold nothing but answers, or nothing that anybody typed."""
    return {}


def attempt(
    request: HttpRequest,
    staff: Staff,
    matter: UUID,
    act: str,
    edit: Callable[[Working], Contents],
    *,
    also: Callable[[], None] = lambda: None,
    beside: Mapping[str, object] | None = None,
) -> matters.Opened:
    """Save what ``edit`` makes of the matter. Raises ``Conflict`` when somebody was first, and what ``edit`` raises."""
    once = request.POST.get("once", "")
    opened = matters.load(staff, matter)
    if opened.row.revision != _revision(request.POST) and not matters.was_saved(opened, once):
        raise matters.Conflict(opened)
    return matters.save(staff, opened, edit(working(opened)), act, once=once, also=also, beside=beside)


def change(
    request: HttpRequest,
    staff: Staff,
    matter: UUID,
    act: str,
    edit: Callable[[Working], Contents],
    *,
    also: Callable[[], None] = lambda: None,
    beside: Mapping[str, object] | None = None,
    standing: Standing = nothing,
) -> matters.Opened | HttpResponse:
    """Save what ``edit`` makes of the matter; or the page that shows both versions, when somebody was first.

    ``standing`` gives each field that was typed its label, and what stands in its place now.
    """
    try:
        return attempt(request, staff, matter, act, edit, also=also, beside=beside)
    except matters.Conflict:
        return _both(request, working(matters.open_matter(staff, matter, "shown-both")), standing)


def form_marks(opened: matters.Opened) -> dict[str, object]:
    """What every form on a matter carries: which revision it was made from, and a mark that makes it count once."""
    return {"revision": opened.row.revision, "once": uuid4().hex}


def _revision(form: QueryDict) -> int:
    text = form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _both(request: HttpRequest, current: Working, standing: Standing) -> HttpResponse:
    sent = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
    context = {
        "matter": current,
        "lines": [*_answers(request.POST, current), *_texts(request.POST, standing(current))],
        "sent": sent,
        "again": request.path,
        **form_marks(current.opened),
    }
    return render(request, "clinic/conflict.html", context, status=409)


def _answers(form: QueryDict, current: Working) -> Iterable[Line]:
    for name, values in form.lists():
        question = name.removeprefix(ANSWER)
        if name.startswith(ANSWER) and question in current.pack.question:
            known = set(current.pack.layout[question].option)
            mine = labels(current.pack, question, [value for value in values if value in known])
            theirs = labels(current.pack, question, current.answers.chosen(question))
            yield Line(current.pack.question[question].ask, mine, theirs)


def _texts(form: QueryDict, standing: Mapping[str, tuple[str, str]]) -> Iterable[Line]:
    for name, (label, theirs) in standing.items():
        if name in form:
            yield Line(label, form.get(name, ""), theirs)
