"""Template filters for a plan's text."""

from collections.abc import Iterable
from html import unescape

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi
from markdown_it import MarkdownIt

from threatmodel.content.catalogue import Untranslated
from threatmodel.documents.picture import Picture, pictures
from threatmodel.documents.shaping import as_drawn
from threatmodel.documents.side_by_side import BELOW, BESIDE, END
from threatmodel.documents.view import PlanView

register = template.Library()
_markdown = MarkdownIt("zero").enable(["list", "emphasis"])


@register.filter
def markdown(text: str) -> SafeString:
    """Render lists and emphasis; everything else, HTML above all, comes out as the text it is."""
    html: str = _markdown.render(text)
    if attributes := lang(text):
        html = f"<div{attributes}>{html}</div>"
    return mark_safe(html)  # noqa: S308  the renderer escapes


@register.filter
def lang(text: str) -> SafeString:
    """The attributes of an element that holds a text which is not in the page's language; nothing for any other."""
    return format_html(' lang="{}" dir="ltr"', text.lang) if isinstance(text, Untranslated) else SafeString("")


@register.filter
def said(text: str) -> SafeString:
    """A text within others, with a word on its language where that is not the page's."""
    return format_html("<span{}>{}</span>", found, text) if (found := lang(text)) else conditional_escape(text)


@register.filter
def listed(texts: Iterable[str], between: str) -> SafeString:
    """Texts one after the other, each as ``said``."""
    return format_html_join(between, "{}", ((said(text),) for text in texts))


@register.simple_block_tag
def pair(content: str, where: str = "beside") -> SafeString:
    """A block that in a paper of two languages stands beside its like, or ``below`` it."""
    return mark_safe(f"{BELOW if where == 'below' else BESIDE}{content}{END}")  # noqa: S308  rendered by our templates


@register.simple_block_tag
def lettered(content: str, picture: Picture, paper: bool) -> str:
    """A text inside a picture, which on paper is drawn letter by letter."""
    return as_drawn(unescape(content.strip())) if paper and picture.right_to_left else content


@register.filter
def drawn(plan: PlanView) -> tuple[Picture, ...]:
    """The plan's picture for a screen: a part for each lane, which stand side by side where there is room."""
    return pictures(plan, right_to_left=get_language_bidi())
