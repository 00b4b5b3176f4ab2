"""What stands before every page of the clinic and before no other: sessions and who is signed in.

A walk passes by here without a session, a database or a cookie of the staff being looked at.
"""

from collections.abc import Callable

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase

type Respond = Callable[[HttpRequest], HttpResponseBase]


def door(get_response: Respond) -> Respond:
    """Lead requests below /clinic/ through the staff's own middleware."""
    inside = SessionMiddleware(AuthenticationMiddleware(get_response))

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/clinic/"):
            return get_response(request)
        response = inside(request)
        assert isinstance(response, HttpResponseBase)  # noqa: S101  nothing here is asynchronous
        return response

    return respond
