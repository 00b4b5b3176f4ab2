"""What the supervisor set for the clinic: its name, who to call, how long matters are kept. None of it is a secret."""

from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Self

from django.db import transaction

from threatmodel.clinic.models import Clinic

LONGEST_LINE = 120
MOST_LINES = 12
SHORTEST_KEEPING, LONGEST_KEEPING = 1, 3650


class Unfit(ValueError):
    """A setting that cannot be; ``args[0]`` names it."""


@dataclass(frozen=True)
class House:
    """``contacts`` and ``referrals`` are lines of text; ``leave_to`` is empty for the site's own neutral page.

    ``on_client_paper`` says whether the clinic's name stands on the paper that a client takes home.
    """

    name: str = ""
    contacts: str = ""
    referrals: str = ""
    on_client_paper: bool = False
    lang: str = "en"
    pack: str = ""
    leave_to: str = ""
    keep_days: int = 90
    warn_days: int = 14

    @classmethod
    def of(cls, clinic: Clinic) -> Self:
        known = {field.name for field in fields(cls)}
        return cls(**{key: value for key, value in clinic.settings.items() if key in known})

    @cached_property
    def contact_lines(self) -> tuple[str, ...]:
        return _lines(self.contacts)

    @cached_property
    def referral_lines(self) -> tuple[str, ...]:
        return _lines(self.referrals)

    def checked(self) -> Self:
        """The same, if it can be. Raises ``Unfit`` with the name of the first that cannot."""
        for name in ("contacts", "referrals"):
            lines = _lines(getattr(self, name))
            if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
                raise Unfit(name)
        if len(self.name) > LONGEST_LINE:
            raise Unfit("name")
        if self.leave_to and not self.leave_to.startswith("https://"):
            raise Unfit("leave_to")
        if not SHORTEST_KEEPING <= self.keep_days <= LONGEST_KEEPING:
            raise Unfit("keep_days")
        if not 0 <= self.warn_days <= self.keep_days:
            raise Unfit("warn_days")
        return self


def house() -> House:
    """The settings as they stand."""
    return House.of(Clinic.objects.get())


def set_house(to: House) -> None:
    """Replace the settings. Raises ``Unfit``."""
    with transaction.atomic():
        clinic = Clinic.objects.select_for_update().get()
        clinic.settings = asdict(to.checked())
        clinic.save(update_fields=["settings"])


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
