"""What a paper is to be, read from the form that asks for one. Both apps read the same form."""

from dataclasses import dataclass
from typing import Self

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import get_language

from threatmodel.documents.paper import Audience, Size

AUDIENCES: tuple[Audience, ...] = ("client", "counsel")
SIZES: tuple[Size, ...] = ("letter", "a4")
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 127  # bytes: a PDF takes no more into account


class NotAnOption(ValueError):
    """A form said what the form does not offer."""


class PasswordUnfit(ValueError):
    """A password too short to help, or too long for a PDF."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a paper is to be. The password is never shown again, logged or kept."""

    audience: Audience = "client"
    size: Size = "letter"
    large: bool = False
    beside: str = ""
    password: str = ""

    @classmethod
    def of(cls, form: QueryDict) -> Self:
        """Read a form. What it leaves out stays as it is by default. Raises ``NotAnOption`` or ``PasswordUnfit``."""
        audience = next((a for a in AUDIENCES if a == form.get("for", "client")), None)
        size = next((s for s in SIZES if s == form.get("size", "letter")), None)
        large = form.get("large", "no")
        beside = form.get("beside", "")
        spoken = ("", *dict(settings.LANGUAGES))
        if audience is None or size is None or large not in ("yes", "no") or beside not in spoken:
            raise NotAnOption
        password = form.get("password", "")
        if password and not (len(password) >= SHORTEST_PASSWORD and len(password.encode()) <= LONGEST_PASSWORD):
            raise PasswordUnfit
        return cls(audience, size, large == "yes", "" if beside == get_language() else beside, password)
