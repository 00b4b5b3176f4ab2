"""The only place that knows WeasyPrint."""

from functools import cache
from threading import local
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from threatmodel.documents.view import PlanView

_thread = local()


def render_pdf(plan: PlanView) -> bytes:
    """Render a plan as a tagged PDF (PDF/UA-1), in memory. Equal plans give equal bytes."""
    return html_to_pdf(render_to_string("pdf/plan.html", {"plan": plan}))


def html_to_pdf(html: str) -> bytes:
    """Render a whole HTML document with the print style sheet. Whatever it asks for from outside, it does not get."""
    from weasyprint import HTML

    document = HTML(string=html, url_fetcher=_fetcher())
    result = document.write_pdf(
        stylesheets=[_style()], font_config=_fonts(), pdf_variant="pdf/ua-1", uncompressed_pdf=False
    )
    assert isinstance(result, bytes)
    return result


@cache
def _fetcher() -> Any:
    from weasyprint.urls import URLFetcher

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: object = None) -> Any:
            raise RuntimeError(f"a document of ours asked for {url!r}")

    return Nothing()


def _fonts() -> Any:
    """A font configuration of this thread: shared between threads, it corrupts memory."""
    if not hasattr(_thread, "fonts"):
        from weasyprint.text.fonts import FontConfiguration

        _thread.fonts = FontConfiguration()
    return _thread.fonts


def _style() -> Any:
    """The print style sheet, parsed once a thread. It is small: the site's would cost half as much again."""
    if not hasattr(_thread, "style"):
        from weasyprint import CSS

        path = settings.BASE_DIR / "static" / "print.css"
        _thread.style = CSS(string=path.read_text(encoding="utf-8"), font_config=_fonts())
    return _thread.style
