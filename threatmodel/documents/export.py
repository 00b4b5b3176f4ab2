"""A plan as JSON, `plan/1`; its JSON Schema is docs/plan-1.schema.json."""

from collections.abc import Iterable

from threatmodel.engine.flow import Because
from threatmodel.engine.plan import Exposure, LeftOut, Plan, PlannedMeasure, PlannedSafeguard


def plan_json(plan: Plan) -> dict[str, object]:
    """The plan as plain values: ids, dates as YYYY-MM-DD, texts in the pack's language. No name, no time of day."""
    return {
        "schema": "plan/1",
        "content_version": plan.questionnaire.version,
        "as_of": plan.as_of.isoformat(),
        "lang": plan.questionnaire.lang,
        "asked": {question: list(options) for question, options in plan.asked.items()},
        "assumed": {question: list(options) for question, options in plan.assumed.items()},
        "gates": {id_: {"on": state.on, "because": _because(state.because)} for id_, state in plan.gates.items()},
        "stop_first": [
            {"id": s.gate.id, "title": s.gate.title, "card": s.gate.card, "do": [*s.gate.do], "dont": [*s.gate.dont]}
            for s in plan.stop_first
        ],
        "today": [item.measure.id for item in plan.today],
        "hygiene": [_measure(item) for item in plan.hygiene],
        "legal": [_safeguard(item) for item in plan.legal],
        "out_of_reach": [_exposure(item) for item in plan.out_of_reach],
        "exposures": [_exposure(item) for item in plan.exposures],
        "left_out": [_left_out(item) for item in plan.left_out],
        "look_again": {"on": plan.look_again.on.isoformat(), "due": [*plan.look_again.due]},
    }


def _because(because: Iterable[Because]) -> list[dict[str, object]]:
    return [answer._asdict() for answer in because]


def _measure(item: PlannedMeasure) -> dict[str, object]:
    measure = item.measure
    return {
        "id": measure.id,
        "title": measure.title,
        "action": measure.action,
        "bucket": item.bucket,
        "minutes": measure.minutes,
        "cost": measure.cost,
        "discloses": measure.discloses,
        "reduces": dict(item.reduces),
        "does_not_reach": [*measure.does_not_reach],
        "limits": measure.limits,
        "ask_first": item.ask_first,
        "notes": [*item.verdict.notes],
        "cautions": [*item.cautions],
        "because": _because(item.because),
        "evidence": measure.evidence,
        "sources": [*measure.sources],
        "reviewed_on": measure.reviewed_on.isoformat(),
        "review_by": measure.review_by.isoformat(),
        "stale": item.stale,
    }


def _safeguard(item: PlannedSafeguard) -> dict[str, object]:
    safeguard = item.safeguard
    return {
        "id": safeguard.id,
        "title": safeguard.title,
        "control": safeguard.control,
        "statement": safeguard.statement,
        "precise": safeguard.precise,
        "no_setting_changes": safeguard.no_setting_changes,
        "you_can": [*safeguard.you_can],
        "binds": safeguard.binds,
        "authority": [{"instrument": a.instrument, "at": a.at} for a in safeguard.authority],
        "because": _because(item.because),
        "sources": [*safeguard.sources],
        "as_of": safeguard.as_of.isoformat(),
        "stale": item.stale,
    }


def _exposure(item: Exposure) -> dict[str, object]:
    return {
        "id": item.vector.id,
        "title": item.vector.title,
        "control": item.vector.control,
        "lane": item.vector.lane,
        "level": item.level,
        "after": item.after,
        "because": _because(item.because),
    }


def _left_out(item: LeftOut) -> dict[str, object]:
    return {
        "id": item.item.id,
        "kind": "gate" if item.gate else "answers",
        "gate": item.gate,
        "because": _because(item.because),
    }
