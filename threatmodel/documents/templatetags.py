"""Template filters for a plan's text."""

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

register = template.Library()
_markdown = MarkdownIt("zero").enable(["list", "emphasis"])


@register.filter
def markdown(text: str) -> SafeString:
    """Render lists and emphasis; everything else, HTML above all, comes out as the text it is."""
    html: str = _markdown.render(text)
    return mark_safe(html)  # noqa: S308  the renderer escapes
