"""What every view stands behind: out of caches, and with a walk to work on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps

from django.http import HttpRequest, HttpResponseBase

from threatmodel.sealing.keyring import RingUnfit, RingUnreachable
from threatmodel.walkthrough import faults
from threatmodel.walkthrough.walk import COOKIE, NoWalk, forget, walk_of

type View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """Keep a page out of every cache. Where the keys cannot be had, say so and leave the walk as it is."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            response: HttpResponseBase = view(request, *args, **kwargs)
        except (RingUnreachable, RingUnfit) as fault:
            response = faults.no_keys(request, fault)
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


def with_walk(view: View) -> View:
    """Hand the view the request's walk; without one, say so and offer to start.

    Every page of a walk keeps it from ending: what is sent in always, a mere look when the last seal is a minute old.
    A file does not: it takes seconds to make, and would bring back what was changed or deleted meanwhile.
    """

    @private
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            walk = walk_of(request)
        except NoWalk as fault:
            ended = faults.no_walk(request, fault)
            forget(ended)
            return ended
        request.walk = walk  # type: ignore[attr-defined]
        response = view(request, walk, *args, **kwargs)
        if COOKIE not in response.cookies and not _is_file(response) and (walk.is_due or request.method == "POST"):
            walk.seal_into(response)
        return response

    return wrapped


def _is_file(response: HttpResponseBase) -> bool:
    return "Content-Disposition" in response.headers


def today() -> date:
    return datetime.now(UTC).date()
