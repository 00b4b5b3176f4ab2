"""Every page and every redirect is filled up to one of a few sizes, since who watches the line sees lengths.

The blanks stand after the page's end, so that they arrive last and nothing waits for them. Files that a person takes
home keep their own size. See docs/decisions/0017.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from threatmodel.deflate import Deflated

type Respond = Callable[[HttpRequest], HttpResponseBase]

KIB = 1024


class Sizes(NamedTuple):
    """Bytes on the line, for each kind of answer; a larger plan takes a multiple."""

    redirect: int
    fragment: int
    page: int
    large: int
    plan: int


PLAIN = Sizes(4 * KIB, 16 * KIB, 32 * KIB, 64 * KIB, 192 * KIB)
# The head of an answer takes one of the last 30, so that no page is over 30 000 bytes.
PACKED = Sizes(4 * KIB, 7 * KIB, 8 * KIB, 16 * KIB, 30 * KIB)
WITHOUT_BODY = (204, 304)
# Pages that some people's answers fit into one size and others' do not.
LARGE = {"check", "changes", "handoff", "what-if", "what-if-list", "plan-item", "sample-item", "notice", "letter"}
PLAN = {"plan", "plan-part", "sample", "sample-part", "about"}
WHOLE = re.compile(rb"\s*<!doctype", re.IGNORECASE)
GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")


def padded(get_response: Respond) -> Respond:
    """Fill up what goes to a browser as a page, cookies and varying headers included; compressed where it may be."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.status_code in WITHOUT_BODY:
            response.headers.pop("Content-Length", None)
        elif isinstance(response, HttpResponse) and _is_page(response):
            _fill(request, response)
            response.headers["Content-Length"] = str(len(response.content))
        return response

    return respond


def _fill(request: HttpRequest, response: HttpResponse) -> None:
    kind = _kind(request, response)
    if kind != "redirect":
        patch_vary_headers(response, ("Accept-Encoding",))
    if kind == "redirect" or not GZIP.search(request.headers.get("Accept-Encoding", "")):
        head = _head(response)
        response.content += b" " * (bucket(PLAIN, kind, head + len(response.content)) - head - len(response.content))
        return
    response.headers["Content-Encoding"] = "gzip"
    head = _head(response)
    packed: Deflated | None = getattr(response, "deflated", None)
    if packed is None or head + packed.smallest > getattr(PACKED, kind):  # what was packed in parts is a little longer
        packed = Deflated.of(response.content)
    response.content = packed.filled(bucket(PACKED, kind, head + packed.smallest) - head)


def bucket(sizes: Sizes, kind: str, size: int) -> int:
    """The size to fill up to: the smallest of ours from this kind's on; past the plan's, the next multiple."""
    for limit in sizes:
        if limit >= getattr(sizes, kind) and size <= limit:
            return limit
    return -(-size // sizes.plan) * sizes.plan


def _is_page(response: HttpResponse) -> bool:
    return "Location" in response.headers or response.headers.get("Content-Type", "").startswith("text/html")


def _kind(request: HttpRequest, response: HttpResponse) -> str:
    if "Location" in response.headers:
        return "redirect"
    # A script may get a whole page too, as where the walk's last answer leads to the check page.
    if request.headers.get("HX-Request") and not WHOLE.match(response.content):
        return "fragment"
    name = request.resolver_match.url_name if request.resolver_match else ""
    return "plan" if name in PLAN else "large" if name in LARGE else "page"


def _head(response: HttpResponse) -> int:
    """How much the headers take that may differ from answer to answer; the length itself is about the same."""
    lines = [f"{name}: {value}" for name, value in response.headers.items() if name != "Content-Length"]
    lines += [f"Set-Cookie: {morsel.OutputString()}" for morsel in response.cookies.values()]
    return sum(len(line) + 2 for line in lines)
