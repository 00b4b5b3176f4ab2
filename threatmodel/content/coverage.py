"""What the worked examples walk through, and what none of them touches."""

from collections.abc import Sequence
from datetime import date
from statistics import median

from threatmodel.content.compile import compile_pack
from threatmodel.content.items import items
from threatmodel.content.pack import Pack
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import Depth, path
from threatmodel.engine.model import Questionnaire
from threatmodel.engine.plan import Plan, build_plan


def coverage(pack: Pack, as_of: date) -> dict[str, object]:
    """Path lengths, the options that examples pick and do not, and items in no example's plan, of a sound pack."""
    questionnaire = compile_pack(pack)
    people = [Answers.of(questionnaire, at.entry.answers) for at in pack.examples]
    picked = {
        question.id: {
            option: sum(option in person.chosen(question.id) for person in people)
            for option in questionnaire.layout[question.id].option
        }
        for question in questionnaire.questions
    }
    return {
        "examples": len(people),
        "quick_path": _lengths(people, "quick"),
        "full_path": _lengths(people, "full"),
        "options_picked": picked,
        "options_never_picked": {
            question: never
            for question, counts in picked.items()
            if (never := [option for option, count in counts.items() if not count])
        },
        "items_in_no_plan": _unseen(questionnaire, [build_plan(person, as_of, staff=True) for person in people]),
    }


def _lengths(people: Sequence[Answers], depth: Depth) -> dict[str, float]:
    lengths = [len(path(person, depth)) for person in people] or [0]
    return {"min": min(lengths), "median": median(lengths), "max": max(lengths)}


def _unseen(questionnaire: Questionnaire, plans: Sequence[Plan]) -> dict[str, list[str]]:
    """Ids by kind; a gate is in a plan when it is on there."""
    seen: set[tuple[str, str]] = set()
    for plan in plans:
        seen |= {("vector", exposure.vector.id) for exposure in plan.exposures}
        seen |= {("measure", item.measure.id) for item in plan.hygiene}
        seen |= {("safeguard", item.safeguard.id) for item in plan.legal}
        seen |= {("gate", gate) for gate, state in plan.gates.items() if state.on}
    unseen: dict[str, list[str]] = {}
    seen |= {("referral", referral.id) for plan in plans for referral in plan.referrals}
    for item in items(questionnaire):
        if item.kind in ("letter", "notice"):
            continue  # pages of their own, in nobody's plan
        if (item.kind, item.value.id) not in seen:
            unseen.setdefault(item.kind, []).append(item.value.id)
    return unseen
