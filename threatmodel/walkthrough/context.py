"""What every page's template gets."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import mark_safe

STYLE = mark_safe(settings.STYLE)  # noqa: S308  our own file, let in by its hash


def site(request: HttpRequest) -> dict[str, object]:
    return {"style": STYLE}
