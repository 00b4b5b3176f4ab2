"""Every page and every redirect is filled up to one of a few sizes, since who watches the line sees lengths.

The blanks stand after the page's end, so that they arrive last and nothing waits for them. Files that a person takes
home keep their own size. See docs/decisions/0012.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

type Respond = Callable[[HttpRequest], HttpResponseBase]

KIB = 1024
REDIRECT, FRAGMENT, PAGE, LARGE, PLAN = 4 * KIB, 16 * KIB, 32 * KIB, 64 * KIB, 640 * KIB
WITHOUT_BODY = (204, 304)
LONGER = {"changes", "what-if"}  # pages that some fit into 32 KiB and others do not
WHOLE = re.compile(rb"\s*<!doctype", re.IGNORECASE)


def padded(get_response: Respond) -> Respond:
    """Fill up what goes to a browser as a page, its cookies and varying headers included."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code in WITHOUT_BODY:
            response.headers.pop("Content-Length", None)
        elif isinstance(response, HttpResponse) and _is_page(response):
            size = len(response.content) + _head(response)
            blanks = bucket(size, _least(request, response)) - size
            response.content += b" " * blanks
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return respond


def bucket(size: int, least: int) -> int:
    """The size to fill up to: the smallest of ours that is at least ``least``; past the plan's, the next multiple."""
    for limit in (REDIRECT, FRAGMENT, PAGE, LARGE):
        if limit >= least and size <= limit:
            return limit
    return -(-size // PLAN) * PLAN


def _is_page(response: HttpResponse) -> bool:
    return "Location" in response.headers or response.headers.get("Content-Type", "").startswith("text/html")


def _least(request: HttpRequest, response: HttpResponse) -> int:
    if "Location" in response.headers:
        return REDIRECT
    if request.resolver_match and request.resolver_match.url_name in LONGER:
        return LARGE
    # A script may get a whole page too, as where the walk's last answer leads to the check page.
    return FRAGMENT if request.headers.get("HX-Request") and not WHOLE.match(response.content) else PAGE


def _head(response: HttpResponse) -> int:
    """How much the headers take that may differ from answer to answer; the length itself is about the same."""
    lines = [f"{name}: {value}" for name, value in response.headers.items() if name != "Content-Length"]
    lines += [f"Set-Cookie: {morsel.OutputString()}" for morsel in response.cookies.values()]
    return sum(len(line) + 2 for line in lines)
