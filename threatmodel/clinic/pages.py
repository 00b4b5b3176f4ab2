"""What every staff view stands behind: who asks, what their role may do, and forms that lose nothing."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from threatmodel.clinic import matters
from threatmodel.clinic.access import Act, may
from threatmodel.clinic.contents import Contents
from threatmodel.clinic.faults import not_here
from threatmodel.clinic.fields import typed
from threatmodel.clinic.models import Staff
from threatmodel.clinic.working import Working, working

type View = Callable[..., HttpResponseBase]

CLIENT_VIEW = "client_view"  # in the session: the matter whose client holds the device just now
OURS = ("csrfmiddlewaretoken", "revision", "once", "pad")


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
    """Something of a form, as it was sent and as it stands: shown side by side where two saved at once.

    ``fields`` are what it takes to save it all the same; without them, all that was sent. ``lang`` is the language of
    what stands there, where it is not that of the page.
    """

    label: str
    mine: str
    theirs: str
    fields: Sequence[tuple[str, str]] = ()
    lang: str = ""


type Standing = Callable[[Working], Iterable[Line]]


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
    once = _once(request)
    opened = matters.load(staff, matter)
    if is_stale(request, opened):
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
    standing: Standing | None = None,
    to: str = "clinic-plan",
) -> matters.Opened | HttpResponse:
    """Save what ``edit`` makes of the matter; or, when somebody was first, a page that shows both versions.

    ``standing`` says what of the form is different from what stands now; where nothing is, nothing has to be saved.
    Without it the form says something of the page it was on, which is to be looked at once more: it is led ``to``.
    """
    try:
        return attempt(request, staff, matter, act, edit, also=also, beside=beside)
    except matters.Conflict:
        if standing is None:
            return look_again(request, reverse(to, args=[matter]))
        current = working(matters.open_matter(staff, matter, "shown-both"))
        lines = list(standing(current))
        return _both(request, current, lines) if lines else current.opened


def is_stale(request: HttpRequest, opened: matters.Opened) -> bool:
    """Whether a form was made from what stands there no more: that is said before whatever else is wrong with it."""
    return opened.row.revision != _revision(request.POST) and not matters.was_saved(opened, _once(request))


def form_marks(opened: matters.Opened) -> dict[str, object]:
    """What every form on a matter carries: which revision it was made from, and a mark that makes it count once."""
    return {"revision": opened.row.revision, "once": uuid4().hex}


def _revision(form: QueryDict) -> int:
    text = form.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _once(request: HttpRequest) -> str:
    """What makes a form count once: its mark and all that it says, since other forms of its page have the same mark."""
    said = sorted((name, values) for name, values in request.POST.lists() if name not in OURS)
    return json.dumps([once, request.path, said]) if (once := request.POST.get("once", "")) else ""


def _both(request: HttpRequest, current: Working, lines: Sequence[Line]) -> HttpResponse:
    sent = [(name, value) for name, values in request.POST.lists() if name not in OURS for value in values]
    context = {
        "matter": current,
        "lines": lines,
        "sent": [pair for line in lines for pair in line.fields] or sent,
        "again": request.path,
        **form_marks(current.opened),
    }
    return render(request, "clinic/conflict.html", context, status=409)


def look_again(request: HttpRequest, to: str) -> HttpResponse:
    context = {
        "title": _("Somebody else saved this matter first"),
        "sentences": [_("Nothing was noted, since the page you saw is no longer what stands there.")],
        "typed": typed(request),
        "to": to,
        "go_on": _("Look at it as it is now"),
    }
    return render(request, "clinic/accounts/says.html", context, status=409)
