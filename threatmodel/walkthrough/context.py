"""What every page's template gets."""

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import mark_safe

from threatmodel.documents.packs import questionnaire
from threatmodel.walkthrough.languages import Spoken, spoken
from threatmodel.walkthrough.walk import COOKIE, IDLE_LIMIT, Walk

STYLE = mark_safe(settings.STYLE)  # noqa: S308  our own file, let in by its hash


class Yours(NamedTuple):
    """What a page says at its foot about the answers on the device. ``age``: seconds the walk can last, five digits."""

    age: str = ""
    idle: int = IDLE_LIMIT
    minutes: int = IDLE_LIMIT // 60

    @classmethod
    def of(cls, walk: Walk) -> "Yours":
        return cls(f"{walk.seconds_left:05}")


def fixed(tongue: Spoken) -> dict[str, object]:
    """What is the same for everybody who is spoken to in the same way."""
    return {
        "style": STYLE,
        "leave_to": settings.LEAVE_TO,
        "translation": questionnaire().translation,
        "instead": tongue.instead,
        "languages": settings.LANGUAGES,  # each by the name it gives itself
    }


def site(request: HttpRequest) -> dict[str, object]:
    walk: Walk | None = getattr(request, "walk", None)
    yours = Yours.of(walk) if walk else Yours() if COOKIE in request.COOKIES else None
    return {**fixed(spoken(request)), "yours": yours}
