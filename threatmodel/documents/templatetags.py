"""Template filters for a plan's text."""

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi
from markdown_it import MarkdownIt

from threatmodel.documents.picture import Picture, pictures
from threatmodel.documents.view import PlanView

register = template.Library()
_markdown = MarkdownIt("zero").enable(["list", "emphasis"])


@register.filter
def markdown(text: str) -> SafeString:
    """Render lists and emphasis; everything else, HTML above all, comes out as the text it is."""
    html: str = _markdown.render(text)
    return mark_safe(html)  # noqa: S308  the renderer escapes


@register.filter
def drawn(plan: PlanView) -> tuple[Picture, ...]:
    """The plan's picture for a screen: a part for each lane, which stand side by side where there is room."""
    return pictures(plan, right_to_left=get_language_bidi())
