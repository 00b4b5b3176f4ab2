"""The invariants of the legal research (part I) that can be put as rules, each under its number there.

They are stated in the ids of the US pack, which never change, and not through its gates and facts: a gate that is
weakened by mistake must not weaken what it is held against.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import z3

from threatmodel.content.prove import Case, Property, deciding, in_plan, leaves
from threatmodel.content.symbols import Symbols
from threatmodel.engine.conditions import UNSURE, All, Any, Chosen, Condition, NoneOf
from threatmodel.engine.model import Action, GateId, Measure, Safeguard, Vector

REMOVES: tuple[Action, ...] = ("destroy", "retention")
HIDES: tuple[Action, ...] = ("visibility", *REMOVES)
BLOCKERS: tuple[GateId, ...] = ("hold", "public", "survivor", "monitor")

# The only answers to the questions that gates hang on under which something may be removed.
NO: Mapping[str, tuple[str, ...]] = {
    "safety": ("no",),
    "pending": ("none",),
    "process": ("us-citizen", "permanent-resident", "status-holder", "parole-tps-daca", "undocumented"),
    "visa-public": ("no", "not-applicable"),
    "handles-listed": ("no",),
    "detained": ("no",),
    "monitor": ("none",),
    "reported": ("no",),
    "evidence": ("none-known",),
    "travel": ("fly-in-us", "court-or-check-in", "protest", "move-house", "none"),
}
MAY_HAVE_A_CASE: Condition = Any(
    (
        NoneOf((Chosen("pending", ("none",)),)),
        Chosen("process", ("applying-abroad", "application-pending", "immigration-court", "removal-order", UNSURE)),
    )
)
TOLD_PUBLIC: Condition = Any(
    (
        Chosen("visa-public", ("yes", UNSURE)),
        Chosen("process", ("applying-abroad", UNSURE)),
    )
)
MONITORED: Condition = Chosen("monitor", ("phone-app", "worn-device", "check-ins", UNSURE))
MONITORED_PHONE: Condition = Chosen("monitor", ("phone-app", "check-ins", UNSURE))
CROSSES_BORDER: Condition = Chosen("travel", ("cross-border", UNSURE))
GOT_NOTICE: Condition = Chosen("pending", ("subpoena-or-notice",))
HELPS_SOMEONE: Condition = Any((Chosen("who", ("client",)), Chosen("role", ("lawyer-or-clinic",))))
NONCITIZEN: Condition = NoneOf((Chosen("process", ("us-citizen",)),))

SHOWS_AN_ADDRESS = ("people-search", "credit-header", "registers", "usps")  # vectors that pass home addresses on
REPORT_A_MOVE = ("10 days", "5 days")  # what the gate 'address' prints beside a step
TOUCHES_THE_PHONE = ("lock-before-risk",)  # what could look like tampering to who monitors the phone
BORDER_LAW = ("border-device-search-rules", "border-refusal-consequences", "device-wiping-before-search")
LAWYER_FIRST = ("foia-requests", "dhs-trip")
SELF_SERVE = re.compile(r"\bFOIA\b|\bTRIP\b|\bAR-11R\b|Form G-325R")

NOT_PROVED: tuple[tuple[str, str], ...] = (
    ("INV-04 INV-05 INV-07 INV-08 INV-09 INV-10 INV-15 INV-16 INV-19 INV-20 INV-23", "wording, for readers to check"),
    ("INV-18", "the engine marks what is stale; tests of the plan show it"),
    ("INV-22", "options are all there is to choose (the schema has no other answer); tests of the pages show the rest"),
)


def invariants() -> tuple[Property, ...]:
    """Each invariant that is a rule. ``NOT_PROVED`` names the others."""
    return (
        Property("INV-01", "Nothing is removed unless every gate question is definitely answered 'no'", _inv_01),
        Property(
            "INV-02", "With a case, a notice or nothing known of one, nothing expires and 'hold' says why", _inv_02
        ),
        Property("INV-03", "Who was, or may have been, told to be public is not told to hide", _inv_03),
        Property("INV-06", "What keeps a home address quiet prints the duty to report a move", _inv_06),
        Property(
            "INV-11", "Who crosses a border, or may, sees the law of border searches and nothing removed", _inv_11
        ),
        Property("INV-12", "Nothing is removed on a trip across a border, whatever else is answered", _inv_12),
        Property(
            "INV-13", "Who is monitored, or may be, is told to leave the monitor alone beside every step", _inv_13
        ),
        Property("INV-14", "Who got a notice sees how to answer it, and 'hold' first", _inv_14),
        Property("INV-17", "Law of a state is shown only to who chose that state, and says whom it binds", _inv_17),
        Property(
            "INV-21", "Who plans for a client, or works at a clinic, removes nothing and asks before hiding", _inv_21
        ),
        Property("INV-24", "FOIA, TRIP and registration are never steps, and begin with a lawyer", _inv_24),
    )


def _named[T: (Vector, Measure, Safeguard)](entries: Iterable[T], ids: Iterable[str]) -> list[T]:
    """The entries with these ids. Raises ``KeyError`` for one that is gone: a rule about nothing must not pass."""
    found = {entry.id: entry for entry in entries}
    return [found[id_] for id_ in ids]


def _measures(symbols: Symbols, actions: tuple[Action, ...]) -> Iterator[Measure]:
    return (measure for measure in symbols.questionnaire.measures if measure.action in actions)


def _no_place(symbols: Symbols, actions: tuple[Action, ...], when: Condition, how: str) -> Iterator[Case]:
    holds = symbols.holds(when)
    return (in_plan(symbols, measure, holds, how) for measure in _measures(symbols, actions))


def _stops(symbols: Symbols, gate: GateId, when: Condition, how: str) -> Iterator[Case]:
    """That a gate is on, and its card at the top of the plan."""
    stands_first = any(g.id == gate and g.show == "stop" for g in symbols.questionnaire.gates)
    hidden = z3.Not(z3.And(symbols.on[gate], z3.BoolVal(stands_first)))
    yield Case(f"The card of {gate!r} does not come first {how}.", z3.And(symbols.holds(when), hidden))


def _shows(symbols: Symbols, safeguard: str, when: Condition, how: str) -> Iterator[Case]:
    [found] = _named(symbols.questionnaire.safeguards, [safeguard])
    hidden = z3.And(symbols.holds(when), z3.Not(symbols.holds(found.applies)))
    yield Case(f"{safeguard!r} is not in the plan {how}.", hidden)


def _inv_01(symbols: Symbols) -> Iterator[Case]:
    gates = (gate for gate in symbols.questionnaire.gates if gate.id in BLOCKERS)
    asked = {question for gate in gates for question in deciding(symbols.questionnaire, gate.decided_by)}
    for question in sorted(asked | set(NO)):
        yield from _no_place(symbols, REMOVES, _not_no(symbols, question), f"without a definite 'no' to {question!r}")


def _not_no(symbols: Symbols, question: str) -> Condition:
    """That anything but a 'no' is taken as true of a question, or nothing is."""
    options = symbols.questionnaire.layout[question].option
    no = NO.get(question, tuple(option for option in options if option != UNSURE))
    others = tuple(option for option in options if option not in no)
    return Any((Chosen(question, others), NoneOf((Chosen(question, no),))))


def _inv_02(symbols: Symbols) -> Iterator[Case]:
    how = "with a case, a notice or nothing known of one"
    yield from _no_place(symbols, REMOVES, MAY_HAVE_A_CASE, how)
    yield from _stops(symbols, "hold", MAY_HAVE_A_CASE, how)


def _inv_03(symbols: Symbols) -> Iterator[Case]:
    how = "of somebody told to be public, or who may have been"
    yield from _no_place(symbols, HIDES, TOLD_PUBLIC, how)
    yield from _stops(symbols, "public", TOLD_PUBLIC, how)


def _inv_06(symbols: Symbols) -> Iterator[Case]:
    notes = [gate.note for gate in symbols.questionnaire.gates if gate.id == "address"]
    says_it = z3.And(symbols.on["address"], z3.BoolVal(all(days in note for note in notes for days in REPORT_A_MOVE)))
    vectors = {vector.id for vector in _named(symbols.questionnaire.vectors, SHOWS_AN_ADDRESS)}
    for measure in symbols.questionnaire.measures:
        if vectors & set(measure.reduces):
            unsaid = z3.Not(z3.And(says_it, z3.BoolVal("address" in measure.cautions)))
            when = z3.And(symbols.holds(NONCITIZEN), unsaid)
            yield in_plan(symbols, measure, when, "of a noncitizen, without the duty to report a move")


def _inv_11(symbols: Symbols) -> Iterator[Case]:
    how = "of somebody who crosses a border, or may"
    for safeguard in BORDER_LAW:
        yield from _shows(symbols, safeguard, CROSSES_BORDER, how)
    yield from _stops(symbols, "hold", CROSSES_BORDER, how)


def _inv_12(symbols: Symbols) -> Iterator[Case]:
    return _no_place(symbols, REMOVES, CROSSES_BORDER, "of somebody who crosses a border, or may")


def _inv_13(symbols: Symbols) -> Iterator[Case]:
    how = "of somebody who is monitored, or may be"
    yield from _stops(symbols, "monitor", MONITORED, how)
    yield from _no_place(symbols, REMOVES, MONITORED, how)
    for measure in _named(symbols.questionnaire.measures, TOUCHES_THE_PHONE):
        yield in_plan(symbols, measure, symbols.holds(MONITORED_PHONE), how)
    for measure in _measures(symbols, ("harden", "visibility")):
        unsaid = z3.Not(symbols.noted(measure.action, "not-the-monitor"))
        yield in_plan(symbols, measure, z3.And(symbols.holds(MONITORED), unsaid), f"{how}, without the note")


def _inv_14(symbols: Symbols) -> Iterator[Case]:
    how = "of somebody who got a notice"
    yield from _shows(symbols, "respond-to-provider-notice", GOT_NOTICE, how)
    yield from _stops(symbols, "hold", GOT_NOTICE, how)


def _inv_17(symbols: Symbols) -> Iterator[Case]:
    for safeguard in symbols.questionnaire.safeguards:
        if states := {*safeguard.states, *_states_named(symbols, safeguard.applies)}:
            unbound = z3.BoolVal(not safeguard.binds)
            elsewhere = z3.Or(symbols.holds(_lives_elsewhere(states)), unbound)
            wrong = z3.And(symbols.holds(safeguard.applies), elsewhere)
            yield Case(f"{safeguard.id!r} is in the plan of somebody of another state, or binds nobody.", wrong)
    for measure in symbols.questionnaire.measures:
        if states := _states_named(symbols, measure.applies):
            yield in_plan(symbols, measure, symbols.holds(_lives_elsewhere(states)), "of somebody of another state")


def _states_named(symbols: Symbols, condition: Condition) -> set[str]:
    found = leaves(symbols.questionnaire, condition)
    return {state for leaf in found if leaf.question == "state" for state in leaf.options}


def _lives_elsewhere(states: set[str]) -> Condition:
    return NoneOf((All((Chosen("state", tuple(sorted(states))), NoneOf((Chosen("state", (UNSURE,)),)))),))


def _inv_21(symbols: Symbols) -> Iterator[Case]:
    how = "of somebody who plans for a client or works at a clinic"
    yield from _no_place(symbols, REMOVES, HELPS_SOMEONE, how)
    yield from _stops(symbols, "hold", HELPS_SOMEONE, how)
    for measure in _measures(symbols, ("visibility",)):
        offered = z3.And(symbols.offers(measure), symbols.holds(HELPS_SOMEONE))
        yield Case(f"{measure.id!r} is offered, not asked about first, in the plan {how}.", offered)


def _inv_24(symbols: Symbols) -> Iterator[Case]:
    for measure in symbols.questionnaire.measures:
        words = " ".join((measure.title, *measure.steps.values()))
        step = z3.BoolVal(bool(SELF_SERVE.search(words)))
        yield in_plan(symbols, measure, step, "and names FOIA, TRIP or registration among its steps")
    for safeguard in _named(symbols.questionnaire.safeguards, LAWYER_FIRST):
        lawyer_first = "lawyer" in safeguard.you_can[0] and "lawyer first" in safeguard.statement
        wrong = z3.And(symbols.holds(safeguard.applies), z3.BoolVal(not lawyer_first))
        yield Case(f"{safeguard.id!r} does not begin with a lawyer.", wrong)
