"""What every view stands behind: out of caches, and with a walk to work on."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import wraps

from django.http import HttpRequest, HttpResponseBase

from threatmodel.walkthrough import faults
from threatmodel.walkthrough.walk import NoWalk, forget, walk_of

type View = Callable[..., HttpResponseBase]


def private(view: View) -> View:
    """Keep a page out of every cache."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return wrapped


def with_walk(view: View) -> View:
    """Hand the view the request's walk; without one, say so and offer to start."""

    @private
    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            walk = walk_of(request)
        except NoWalk as fault:
            response = faults.no_walk(request, fault)
            forget(response)
            return response
        return view(request, walk, *args, **kwargs)

    return wrapped


def today() -> date:
    return datetime.now(UTC).date()
