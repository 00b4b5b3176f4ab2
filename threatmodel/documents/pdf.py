"""The only place that knows WeasyPrint: HTML and a style sheet in, a tagged PDF (PDF/UA-1) out. No Django in here.

Runs in the renderer's own process (see renderer.py), or wherever a command or a test calls it.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from io import BytesIO
from threading import local
from typing import Any

PRODUCER = re.compile(rb' (?:[\w]+:)?Producer="[^"]*"')
# Marks over Arabic letters are drawn apart from these, and who copies the text finds them elsewhere, or a letter twice.
# Print does without them, as newspapers do.
MARKS = re.compile("[\u064b-\u0652]")
_thread = local()


def html_to_pdf(html: str, css: str, password: str = "") -> bytes:
    """Render a whole HTML document. Equal input gives equal bytes, but for those that a password encrypts.

    Whatever the document asks for from outside, it does not get: no file, no address, no attachment.
    """
    from weasyprint import HTML

    with _no_collection():
        document = HTML(string=MARKS.sub("", html), url_fetcher=_fetcher())
        result = document.write_pdf(
            stylesheets=[_style(css)], font_config=_fonts(), pdf_variant="pdf/ua-1", finisher=_finish
        )
    assert isinstance(result, bytes)
    return locked(result, password) if password else result


def locked(pdf: bytes, password: str) -> bytes:
    """Encrypt a PDF with AES-256 so that it opens only with the password. Screen readers may still read it."""
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as document, BytesIO() as out:
        allow = pikepdf.Permissions(accessibility=True)
        document.save(out, encryption=pikepdf.Encryption(owner=password, user=password, R=6, aes=True, allow=allow))
        return out.getvalue()


def warm_up() -> None:
    """Import what rendering needs, and lay out one line, so that the first paper does not wait for it."""
    html_to_pdf('<html lang="en"><title>Plan</title><p>Plan</p>', "html{font-family:'Noto Sans'}")


def _finish(_: Any, pdf: Any) -> None:
    """Take the maker's name out of the file, and say of table headers whether they head a row or a column."""
    pdf.info.pop("Producer", None)
    for obj in pdf.objects:
        if getattr(obj, "extra", {}).get("Type") == "/Metadata":
            obj.stream = [PRODUCER.sub(b"", part) for part in obj.stream]
    elements: dict[Any, Any] = {obj.reference: obj for obj in pdf.objects if "S" in getattr(obj, "keys", tuple)()}
    for element in elements.values():
        if element["S"] == "/TH":
            section = elements[elements[element["P"]]["P"]]
            element["A"]["Scope"] = "/Column" if section["S"] == "/THead" else "/Row"


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector out of a rendering, which makes many objects and drops them all at once."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            raise RuntimeError("a document of ours asked for something")

    return Nothing()


def _fonts() -> Any:
    """A font configuration of this thread: shared between threads, it corrupts memory."""
    if not hasattr(_thread, "fonts"):
        from weasyprint.text.fonts import FontConfiguration

        _thread.fonts = FontConfiguration()
    return _thread.fonts


def _style(css: str) -> Any:
    """A style sheet, parsed once a thread. There are as many as there are papers and sizes: a handful."""
    if not hasattr(_thread, "styles"):
        _thread.styles = {}
    if css not in _thread.styles:
        from weasyprint import CSS

        _thread.styles[css] = CSS(string=css, font_config=_fonts())
    return _thread.styles[css]
