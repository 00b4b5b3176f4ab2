"""Whose plans differ between two versions of a pack: the plans of the worked examples of both, side by side."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from threatmodel.content.check import UNREADABLE, faults_of
from threatmodel.content.compile import compile_pack
from threatmodel.content.errors import BrokenPack
from threatmodel.content.pack import Pack, read_pack
from threatmodel.engine.answers import Answers, NotTogether, UnknownAnswer
from threatmodel.engine.model import Questionnaire
from threatmodel.engine.plan import Plan, build_plan


class Change(NamedTuple):
    """One example's plan before and now: what differs, and the answers that one version does not know."""

    example: str
    about: str
    differs: tuple[str, ...]
    unknown: tuple[str, ...]


class Place(NamedTuple):
    """Where an item stands in a plan, and under which title."""

    title: str
    where: str


class _Version(NamedTuple):
    name: str
    questionnaire: Questionnaire
    examples: Mapping[str, tuple[str, Mapping[str, str | list[str]]]]


def changes(before: Path, now: Path, as_of: date) -> Iterator[Change]:
    """Compare every example of either version, by its file's name; its answers are those of now if it is there.

    Both plans are those that clinic staff see, which hold every item. Raises ``BrokenPack`` when the version of now has
    faults, or the older one such that it has no plans; rules for its texts may be younger than it is.
    """
    old, new = _version("before", before, UNREADABLE), _version("now", now)
    for name in sorted({*old.examples, *new.examples}):
        about, answers = new.examples.get(name) or old.examples[name]
        told_old, unknown_old = _answers(old, answers)
        told_new, unknown_new = _answers(new, answers)
        differs = differences(build_plan(told_old, as_of, staff=True), build_plan(told_new, as_of, staff=True))
        yield Change(name, about, tuple(differs), (*unknown_old, *unknown_new))


def _version(name: str, directory: Path, codes: tuple[str, ...] = ("",)) -> _Version:
    pack: Pack = read_pack(directory)
    if faults := [fault for fault in faults_of(pack) if fault.code.startswith(codes)]:
        raise BrokenPack(faults)
    examples = {Path(at.document.file).stem: (at.entry.example, at.entry.answers) for at in pack.examples}
    return _Version(name, compile_pack(pack), examples)


def _answers(version: _Version, given: Mapping[str, str | list[str]]) -> tuple[Answers, list[str]]:
    """The answers that a version knows, and in words those that it does not."""
    answers = Answers(version.questionnaire)
    unknown: list[str] = []
    for question, chosen in given.items():
        known: list[str] = []
        for option in (chosen,) if isinstance(chosen, str) else chosen:
            try:
                answers = answers.choose(question, (*known, option))
                known.append(option)
            except (UnknownAnswer, NotTogether):
                unknown.append(f"{version.name}, {question} cannot be answered with {option}")
    return answers, unknown


def differences(before: Plan, now: Plan) -> Iterator[str]:
    """What differs between two plans, in words: gates, then items that came, went or moved."""
    for gate, state in now.gates.items():
        if state.on != before.gates[gate].on:
            yield f"gate {gate} is now {'on' if state.on else 'off'}: {state.gate.title or gate}"
    for kind, was, is_ in (
        ("measure", _measures(before), _measures(now)),
        ("safeguard", _safeguards(before), _safeguards(now)),
        ("vector", _exposures(before), _exposures(now)),
    ):
        yield from _moves(kind, was, is_)


def _moves(kind: str, was: Mapping[str, Place], is_: Mapping[str, Place]) -> Iterator[str]:
    for id_ in dict.fromkeys((*was, *is_)):
        if id_ not in is_:
            yield f"{kind} {id_} removed from {was[id_].where}: {was[id_].title}"
        elif id_ not in was:
            yield f"{kind} {id_} added to {is_[id_].where}: {is_[id_].title}"
        elif was[id_].where != is_[id_].where:
            yield f"{kind} {id_} moved from {was[id_].where} to {is_[id_].where}: {is_[id_].title}"


def _measures(plan: Plan) -> dict[str, Place]:
    return {
        item.measure.id: Place(item.measure.title, "ask first" if item.ask_first else item.bucket)
        for item in plan.hygiene
    }


def _safeguards(plan: Plan) -> dict[str, Place]:
    return {item.safeguard.id: Place(item.safeguard.title, "the legal lane") for item in plan.legal}


def _exposures(plan: Plan) -> dict[str, Place]:
    return {
        exposure.vector.id: Place(exposure.vector.title, f"{exposure.level} (after the plan {exposure.after})")
        for exposure in plan.exposures
    }
