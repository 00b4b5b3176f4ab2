"""Worked examples: made-up people whose plans are checked, so that a change of a rule shows whom it touches."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

from threatmodel.content.catalogue import Untranslated
from threatmodel.content.errors import Fault
from threatmodel.content.pack import Pack, Placed, read_pack
from threatmodel.content.schema import ExampleFile
from threatmodel.engine.answers import Answers
from threatmodel.engine.model import Questionnaire
from threatmodel.engine.plan import Plan, build_plan

ANY_DAY = date(2026, 11, 23)  # which items a plan holds does not lean on the day; only what is stale does


class Sample(NamedTuple):
    """A worked example as a sample plan: its id (the file's name), who it is, and what they answered."""

    id: str
    who: str
    answers: Answers


def samples(directory: Path, questionnaire: Questionnaire) -> tuple[Sample, ...]:
    """The worked examples of a pack without faults, by id."""
    own = questionnaire.original.lang if questionnaire.original else ""

    def who(text: str) -> str:
        return Untranslated(text, own) if own and not questionnaire.lang.startswith(own) else text

    return tuple(
        Sample(Path(at.document.file).stem, who(at.entry.example), Answers.of(questionnaire, at.entry.answers))
        for at in read_pack(directory).examples
    )


def example_faults(pack: Pack, questionnaire: Questionnaire) -> Iterator[Fault]:
    """What the examples of a sound pack expect and do not get."""
    for example, plan in zip(pack.examples, plans_of(pack, questionnaire), strict=True):
        yield from _differences(example, plan)


def plans_of(pack: Pack, questionnaire: Questionnaire, *, staff: bool = False) -> Iterator[Plan]:
    """The plan of each example, in the order of the examples."""
    for example in pack.examples:
        yield build_plan(Answers.of(questionnaire, example.entry.answers), ANY_DAY, staff=staff)


def _differences(example: Placed[ExampleFile], plan: Plan) -> Iterator[Fault]:
    expected = example.entry.plan
    on = {str(id_) for id_, state in plan.gates.items() if state.on}
    offered = {item.measure.id for item in plan.hygiene if not item.ask_first}
    ask_first = {item.measure.id for item in plan.hygiene if item.ask_first}
    legal = {item.safeguard.id for item in plan.legal}
    if expected.gates_on is not None and set(expected.gates_on) | {"always"} != on:
        yield example.fault("S001", "plan", "gates_on", problem=f"the gates that are on are {', '.join(sorted(on))}")
    yield from _unlike(example, "has", (id_ not in offered for id_ in expected.has), "{!r} is not among its steps")
    ask = (id_ not in ask_first for id_ in expected.ask_first)
    yield from _unlike(example, "ask_first", ask, "{!r} is not among what to ask a lawyer about first")
    today = {item.measure.id for item in plan.today}
    yield from _unlike(example, "today", (id_ not in today for id_ in expected.today), "{!r} is not for today")
    yield from _unlike(example, "not_today", (id_ in today for id_ in expected.not_today), "{!r} is for today")
    yield from _unlike(example, "lacks", (id_ in offered | ask_first for id_ in expected.lacks), "{!r} is in it")
    yield from _unlike(example, "legal", (id_ not in legal for id_ in expected.legal), "{!r} is not in its legal lane")


def _unlike(example: Placed[ExampleFile], key: str, wrong: Iterable[bool], problem: str) -> Iterator[Fault]:
    ids = getattr(example.entry.plan, key)
    for i, (id_, is_wrong) in enumerate(zip(ids, wrong, strict=True)):
        if is_wrong:
            yield example.fault("S001", "plan", key, i, problem=problem.format(id_))
