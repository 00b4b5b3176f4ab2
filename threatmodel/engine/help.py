"""Help beside the plan: referrals, letters, what to do with a notice, prompts for staff. Frozen values, no rules."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from threatmodel.engine.conditions import ALWAYS, Condition

type ReferralKind = Literal[
    "immigration-lawyer",
    "digital-rights",
    "digital-security",
    "free-speech",
    "criminal-defense",
    "survivor-advocate",
    "tax-clinic",
    "benefits-lawyer",
    "license-check",
]

REFERRAL_KINDS: tuple[ReferralKind, ...] = get_args(ReferralKind.__value__)


@dataclass(frozen=True, slots=True)
class Referral:
    """Who can help. ``states`` names those it is limited to; a phone number comes with the day it was checked."""

    id: str
    kind: ReferralKind
    title: str
    helps: str
    web: str
    check: str
    careful: str
    listed_on: date
    review_by: date
    sources: tuple[str, ...] = ()
    applies: Condition = ALWAYS
    states: tuple[str, ...] = ()
    phone: str = ""
    phone_checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """What staff who walk with a client are told at a question. In the pack's own language, and for staff alone."""

    ask: str
    listen: str
    interpreter: str = ""
    do_not_write: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to print, with blanks for the hand. ``fits`` names the measures and safeguards that it belongs to."""

    id: str
    title: str
    to: str
    use_when: str
    dont_add: tuple[str, ...]
    body: tuple[str, ...]
    fits: tuple[str, ...]
    sources: tuple[str, ...]
    reviewed_on: date
    review_by: date
    lawyer_first: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """How much time one company was seen to give; ``days`` is None where it promised none. Practice, not law."""

    id: str
    who: str
    says: str
    as_of: date
    stale_after: date
    sources: tuple[str, ...]
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of legal paper, how to tell it, and the safeguard that says what it can do."""

    id: str
    title: str
    looks: str
    safeguard: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What to do when a company says that somebody demands a person's data.

    ``rests_on`` and ``episodes`` are safeguards whose words are shown as they are.
    """

    id: str
    title: str
    lead: str
    zero: str
    practice: str
    windows: tuple[Window, ...]
    first: tuple[str, ...]
    dont: tuple[str, ...]
    keep: tuple[str, ...]
    steps: tuple[str, ...]
    call: tuple[ReferralKind, ...]
    papers: tuple[Paper, ...]
    rests_on: str
    episodes: str
    hope: str
    ask_lawyer: tuple[str, ...]
    sources: tuple[str, ...]
    as_of: date
    stale_after: date
    letter: str = ""

    @property
    def shortest(self) -> Window | None:
        """The window with the fewest days; the earliest in the file among equals."""
        return min((w for w in self.windows if w.days is not None), key=lambda w: w.days or 0, default=None)
