"""What a pack can put into a plan: vectors, measures, safeguards and gates, seen alike by the author's tools."""

from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from threatmodel.content.words import in_words
from threatmodel.engine.conditions import Condition
from threatmodel.engine.model import Gate, Measure, Questionnaire, Safeguard, Vector

type Kind = Literal["vector", "measure", "safeguard", "gate"]
type Value = Vector | Measure | Safeguard | Gate


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
            case Safeguard() as safeguard:
                return Review(safeguard.as_of, safeguard.stale_after)
            case value:
                return Review(value.reviewed_on, value.review_by)

    @property
    def sources(self) -> tuple[str, ...]:
        return () if isinstance(self.value, Gate) else self.value.sources


def items(questionnaire: Questionnaire) -> Iterator[Item]:
    """Every item of a pack, in the order of its files."""
    yield from (Item("vector", vector) for vector in questionnaire.vectors)
    yield from (Item("measure", measure) for measure in questionnaire.measures)
    yield from (Item("safeguard", safeguard) for safeguard in questionnaire.safeguards)
    yield from (Item("gate", gate) for gate in questionnaire.gates)


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
        case Safeguard() as safeguard:
            found["in a plan when"] = safeguard.applies
    return {name: in_words(rule, questionnaire) for name, rule in found.items() if rule is not None}
