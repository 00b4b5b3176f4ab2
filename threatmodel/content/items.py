"""What a pack tells people: vectors, measures, safeguards, gates, referrals, letters and the notice, seen alike by the
author's tools."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from threatmodel.content.words import in_words
from threatmodel.engine.conditions import ALWAYS, Condition
from threatmodel.engine.help import Letter, Notice, Referral
from threatmodel.engine.model import Gate, Measure, Questionnaire, Safeguard, Vector

type Kind = Literal["vector", "measure", "safeguard", "gate", "referral", "letter", "notice"]
type Value = Vector | Measure | Safeguard | Gate | Referral | Letter | Notice


class Review(NamedTuple):
    """The day an item was last read against its sources, and the last day on which that is recent enough."""

    on: date
    by: date


class Item(NamedTuple):
    kind: Kind
    value: Value

    @property
    def review(self) -> Review | None:
        """When it was reviewed; None for a gate, which states no fact."""
        match self.value:
            case Gate():
                return None
            case Safeguard() | Notice() as dated:
                return Review(dated.as_of, dated.stale_after)
            case Referral() as referral:
                return Review(referral.listed_on, referral.review_by)
            case value:
                return Review(value.reviewed_on, value.review_by)

    @property
    def sources(self) -> tuple[str, ...]:
        match self.value:
            case Gate():
                return ()
            case Notice() as notice:
                parts = (notice.sources, *(window.sources for window in notice.windows))
                return tuple(dict.fromkeys(source for part in parts for source in part))
            case value:
                return value.sources


def items(questionnaire: Questionnaire) -> Iterator[Item]:
    """Every item of a pack, in the order of its files."""
    yield from (Item("vector", vector) for vector in questionnaire.vectors)
    yield from (Item("measure", measure) for measure in questionnaire.measures)
    yield from (Item("safeguard", safeguard) for safeguard in questionnaire.safeguards)
    yield from (Item("gate", gate) for gate in questionnaire.gates)
    yield from (Item("referral", referral) for referral in questionnaire.referrals)
    yield from (Item("letter", letter) for letter in questionnaire.letters)
    if questionnaire.notice:
        yield Item("notice", questionnaire.notice)


def rules(item: Item, questionnaire: Questionnaire) -> dict[str, str]:
    """An item's rules in words: when it is there, and what else leans on answers."""
    found: dict[str, Condition | None] = {}
    match item.value:
        case Gate() as gate:
            found["on when"] = gate.when
        case Vector() as vector:
            found |= {"in a plan when": vector.applies, "high when": vector.high, "medium when": vector.medium}
        case Measure() as measure:
            found |= {"in a plan when": measure.applies, "urgent when": measure.urgent}
        case Safeguard() | Referral() as item_:
            found["in a plan when"] = item_.applies
        case Letter() | Notice():
            found["on a page of its own when"] = ALWAYS
    return {name: in_words(rule, questionnaire) for name, rule in found.items() if rule is not None}
