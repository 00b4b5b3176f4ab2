"""What the files may say that help beside the plan: referrals.yaml, letters.yaml, notice.yaml, prompts.yaml."""

from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from threatmodel.content.schema import ConditionData, Entry, Period, Text, Web
from threatmodel.engine.help import ReferralKind

type Texts = Annotated[list[Text], Field(min_length=1)]


class ReferralEntry(Entry):
    id: Text
    kind: ReferralKind
    title: Text
    applies: Annotated[ConditionData | None, Field(alias="if")] = None
    states: list[Text] = []
    helps: Text
    web: Web
    phone: str = ""
    phone_checked_on: Annotated[date | None, Field(validate_default=True)] = None
    check: Text
    careful: Text
    listed_on: date
    sources: list[Text] = []

    @field_validator("phone_checked_on")
    @classmethod
    def _dated(cls, day: date | None, info: ValidationInfo) -> date | None:
        if info.data.get("phone") and day is None:
            raise ValueError("a phone number needs the day on which it was checked")
        return day


class ReferralsFile(Entry):
    shelf_life: Period
    referrals: Annotated[list[ReferralEntry], Field(min_length=1)]


class LetterEntry(Entry):
    id: Text
    title: Text
    to: Text
    use_when: Text
    lawyer_first: str = ""
    dont_add: Texts
    body: Texts
    fits: Annotated[Texts, Field(alias="for")]
    sources: Texts
    reviewed_on: date
    review_every: Period


class LettersFile(Entry):
    letters: list[LetterEntry]


class WindowEntry(Entry):
    id: Text
    who: Text
    says: Text
    days: Annotated[int | None, Field(ge=1)] = None
    as_of: date
    sources: Texts


class PaperEntry(Entry):
    id: Text
    title: Text
    looks: Text
    safeguard: Text


class NoticeFile(Entry):
    """The page for somebody who got a notice. There is no place for a deadline: only for what companies were seen to
    do, each with its day."""

    id: Text
    title: Text
    lead: Text
    zero: Text
    practice: Text
    windows: Annotated[list[WindowEntry], Field(min_length=1)]
    first: Texts
    dont: Texts
    keep: Texts
    steps: Texts
    call: Annotated[list[ReferralKind], Field(min_length=1)]
    papers: Annotated[list[PaperEntry], Field(min_length=1)]
    rests_on: Text
    episodes: Text
    hope: Text
    ask_lawyer: Texts
    letter: str = ""
    sources: Texts
    as_of: date
    shelf_life: Period


class PromptEntry(Entry):
    """What staff are told at one question, whose id it goes by."""

    id: Annotated[Text, Field(alias="question")]
    ask: Text
    listen: Text
    interpreter: str = ""
    do_not_write: str = ""


class PromptsFile(Entry):
    prompts: list[PromptEntry]
