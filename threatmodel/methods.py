"""A page for who opens an address that only a form may send to: Django's own refusal is an empty screen."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed

from threatmodel.walkthrough import faults

type Respond = Callable[[HttpRequest], HttpResponseBase]


def explained(get_response: Respond) -> Respond:
    """Put a page in the place of an empty refusal of a method, and keep what it says is allowed."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = faults.not_allowed(request)
            page["Allow"] = response["Allow"]
            return page
        return response

    return respond
