"""Sealed texts as pictures that a phone's camera reads."""

import segno
from django.utils.safestring import SafeString, mark_safe


def drawn(text: str, title: str) -> SafeString:
    """Draw a sealed text as a QR code, to stand inside a page. The title is for people who hear the page."""
    code = segno.make(text, error="l", micro=False)
    picture = code.svg_inline(scale=3, border=4, svgclass="qr", lineclass=None, title=title)
    return mark_safe(picture)  # noqa: S308  our own drawing; its title is escaped
