"""Each property catches a planted fault, with answers of which the engine says the same."""

from dataclasses import replace
from pathlib import Path

import pytest
import z3
from django.core.management import CommandError, call_command
from hypothesis import given, settings

from tests.engine.strategies import DAY, packs_and_answers
from threatmodel.content.answers_file import read_answers
from threatmodel.content.invariants import NOT_PROVED, invariants
from threatmodel.content.prove import Proof, as_file, leans_beyond, properties, prove
from threatmodel.content.symbols import Disagreement, Search, Symbols
from threatmodel.engine import gates, model
from threatmodel.engine.conditions import UNSURE, All, Any, Chosen, Condition, NoneOf
from threatmodel.engine.flow import path, read
from threatmodel.engine.gates import Effect, evaluate_gates, judge
from threatmodel.engine.model import ACTIONS, LANES, Questionnaire
from threatmodel.engine.plan import Plan, build_plan

NEVER: Condition = Any(())
ALWAYS: Condition = All(())
EVERY = {property_.id: property_ for property_ in (*properties(), *invariants())}


def changed(pack: Questionnaire, kind: str, id_: str, **changes: object) -> Questionnaire:
    """The pack with one entry changed."""
    entries = [replace(e, **changes) if e.id == id_ else e for e in getattr(pack, kind)]
    return replace(pack, **{kind: tuple(entries)})


def proof(pack: Questionnaire, id_: str) -> Proof:
    """What comes of one property, or of what it rests on."""
    wanted = [EVERY[id_]] if id_ in EVERY else []
    return next(found for found in prove(pack, wanted) if found.id == id_)


def caught(pack: Questionnaire, id_: str, says: str) -> Plan:
    """The plan of the first counter-example that says this."""
    found = proof(pack, id_)
    counter = next(counter for counter in found.counters if says in counter.says)
    return build_plan(counter.answers, DAY)


def hygiene(plan):
    return {item.measure.id: item for item in plan.hygiene}


def legal(plan):
    return {item.safeguard.id for item in plan.legal}


def test_our_pack_is_proved(pack):
    wrong = {found.id: found.counters for found in prove(pack, EVERY.values()) if found.counters}

    assert wrong == {}


@settings(max_examples=25)
@given(packs_and_answers)
def test_the_booleans_read_any_answers_of_any_pack_as_the_engine_does(pack_and_answers):
    pack, chosen = pack_and_answers
    symbols = Symbols(pack)
    search = Search(symbols)
    as_chosen = [symbol if chosen.bits & bit else z3.Not(symbol) for bit, symbol in symbols.given.items()]

    assert search.find(z3.BoolVal(True), as_chosen) == chosen
    states = evaluate_gates(read(chosen))
    for gate, on in symbols.on.items():
        assert (search.find(on, as_chosen) is not None) is states[gate].on
    for action in ACTIONS:
        assert search.find(symbols.stands(action, judge(action, states).standing), as_chosen)
    planned = {item.measure.id for item in build_plan(chosen, DAY).hygiene}
    for measure in pack.measures:
        assert (search.find(symbols.has(measure), as_chosen) is not None) is (measure.id in planned)


def test_a_reading_that_differs_from_the_engine_stops_the_proof(pack, monkeypatch):
    symbols = Symbols(pack)
    search = Search(symbols)
    monkeypatch.setattr(symbols, "taken", dict.fromkeys(symbols.taken, symbols.on["always"]))

    with pytest.raises(Disagreement):
        search.find(symbols.on["hold"])


def test_a_judge_that_lets_the_weaker_gate_decide_is_caught(pack, monkeypatch):
    right = gates.judge

    def lenient(action, states):
        verdict = right(action, states)
        off = states["hold"].on and states["ssn"].on
        return replace(verdict, standing="allowed") if off else verdict

    monkeypatch.setattr(gates, "judge", lenient)

    assert any("hold" in counter.says and "ssn" in counter.says for counter in proof(pack, "judge").counters)


def test_a_question_that_looks_ahead_is_caught(pack):
    broken = changed(pack, "questions", "safety", asked_if=Chosen("effort", ("weekend",)))

    assert [counter.says for counter in proof(broken, "looks-back").counters] == [
        "'safety' is asked after what it decides."
    ]


@pytest.mark.parametrize(
    ("id_", "action", "gate", "effect", "measure"),
    [
        ("hold", "destroy", "hold", Effect("ask-first"), "old-accounts"),
        ("hold", "retention", "hold", Effect("allowed"), "location-history"),
        ("visible", "visibility", "public", Effect("ask-first"), "fb-tagging"),
        ("visible", "visibility", "hold", Effect("allowed"), "fb-tagging"),
    ],
)
def test_a_corrupted_matrix_is_caught(pack, monkeypatch, id_, action, gate, effect, measure):
    matrix = {**gates.MATRIX, action: {**gates.MATRIX[action], gate: effect}}
    monkeypatch.setattr(gates, "MATRIX", matrix)

    plan = caught(pack, id_, measure)

    assert plan.gates[gate].on
    assert measure in hygiene(plan)
    if effect.standing == "allowed":
        assert not hygiene(plan)[measure].ask_first


def test_an_empty_matrix_breaks_every_rule_that_rests_on_it(pack, monkeypatch):
    monkeypatch.setattr(gates, "MATRIX", dict.fromkeys(ACTIONS, {}))

    for id_ in ("hold", "INV-01", "INV-12"):
        assert hygiene(caught(pack, id_, "location-history"))["location-history"].verdict.standing == "allowed"


def test_what_nobody_sees_is_caught_without_answers_as_there_are_none(pack):
    never = All((Chosen("safety", ("no",)), NoneOf((Chosen("safety", ("no",)),))))
    broken = changed(pack, "questions", "lock", asked_if=never)
    for kind, id_ in (("measures", "adid-off"), ("safeguards", "a-file"), ("vectors", "tips")):
        broken = changed(broken, kind, id_, applies=never)

    counters = proof(broken, "reachable").counters

    assert {counter.answers for counter in counters} == {None}
    assert {as_file(counter) for counter in counters} == {
        "# The measure 'adid-off' is in no plan.",
        "# The safeguard 'a-file' is in no plan.",
        "# The vector 'tips' is in no plan.",
        *(f"# Nobody can choose {option!r} of 'lock'." for option in pack.layout["lock"].option),
    }


def test_an_empty_lane_is_caught(pack):
    everyone = Chosen("pending", ("none",))
    bare = replace(
        pack,
        measures=tuple(replace(m, applies=All((m.applies, everyone))) for m in pack.measures),
        safeguards=tuple(replace(s, applies=All((s.applies, everyone))) for s in pack.safeguards),
    )

    plan = caught(bare, "lanes", "No measure")
    assert not plan.hygiene
    plan = caught(bare, "lanes", "legal lane")
    assert not plan.legal


def test_more_put_first_than_today_holds_is_caught(pack):
    broken = changed(pack, "measures", "account-inventory", first_with=("hold",))

    plan = caught(broken, "today", "more than 3")

    first = {m.id for m in broken.measures if any(plan.gates[gate].on for gate in m.first_with)}
    assert len(first & set(hygiene(plan))) == 4
    assert len(plan.today) == 3


def test_what_comes_first_and_has_to_be_asked_about_is_caught(pack):
    broken = changed(pack, "measures", "fb-tagging", first_with=("hold",))

    assert hygiene(caught(broken, "today", "fb-tagging"))["fb-tagging"].ask_first


@pytest.mark.parametrize(
    ("question", "changes", "gate"),
    [
        ("safety", {"assume": ("no",)}, "survivor"),
        ("pending", {"assume": ("none",)}, "hold"),
        ("monitor", {"asked_if": Chosen("process", ("removal-order", "undocumented"))}, "monitor"),
    ],
)
def test_an_open_question_that_turns_a_gate_off_is_caught(pack, question, changes, gate):
    found = proof(changed(pack, "questions", question, **changes), "unsure").counters

    for counter in found:
        words = counter.says.split("'")
        on, open_ = words[1], words[3]
        assert build_plan(counter.answers, DAY).gates[on].on
        assert not build_plan(counter.answers.choose(open_, ()), DAY).gates[on].on
    assert any(counter.says.startswith(f"'{gate}'") for counter in found)


def test_a_measure_that_claims_what_only_law_governs_is_caught(pack, monkeypatch):
    lanes = dict(LANES) | {"right": "legal"}
    monkeypatch.setattr(model, "LANES", lanes)
    reached = {vector.id for vector in pack.vectors if vector.control == "right"}
    measure = next(m for m in pack.measures if reached & set(m.reduces))

    plan = caught(pack, "claims", measure.id)

    assert measure.id in hygiene(plan)


@pytest.mark.parametrize(("depth", "most"), [("quick", 13), ("full", 28)])
def test_a_walk_that_is_too_long_is_caught(pack, depth, most):
    changes = {"quick": depth == "quick", "later": False}
    long = replace(pack, questions=tuple(replace(q, **changes) for q in pack.questions))

    counter = next(c for c in proof(long, "length").counters if depth in c.says)

    assert len(path(counter.answers, depth)) > most


def weakened(pack: Questionnaire, id_: str, *questions: str) -> Questionnaire:
    """The pack with a gate that no longer reads these questions."""
    gate = next(gate for gate in pack.gates if gate.id == id_)

    def reads(part):
        return any(f"question={question!r}" in repr(part) for question in questions)

    return changed(pack, "gates", id_, when=Any(tuple(part for part in gate.when.parts if not reads(part))))


@pytest.mark.parametrize(
    ("id_", "gate", "question", "measure"),
    [
        ("INV-01", "hold", "detained", "location-history"),
        ("INV-02", "hold", "pending", "location-history"),
        ("INV-12", "hold", "travel", "location-history"),
        ("INV-21", "hold", "who", "location-history"),
    ],
)
def test_a_gate_that_was_weakened_is_caught_by_the_invariant(pack, id_, gate, question, measure):
    plan = caught(weakened(pack, gate, question), id_, measure)

    assert not plan.gates[gate].on
    assert measure in hygiene(plan)


def test_inv_03_somebody_told_to_be_public_who_may_hide_is_caught(pack):
    plan = caught(weakened(pack, "public", "visa-public"), "INV-03", "fb-tagging")

    assert "fb-tagging" in hygiene(plan)
    assert set(plan.asked.get("visa-public", ["yes"])) <= {"yes", UNSURE}


def test_inv_06_a_step_without_the_duty_is_caught(pack):
    measure = next(m for m in pack.measures if m.id == "brokers-optout")
    cautions = tuple(c for c in measure.cautions if c != "address")

    item = hygiene(caught(changed(pack, "measures", measure.id, cautions=cautions), "INV-06", measure.id))[measure.id]

    assert "address" not in item.cautions


def test_inv_06_a_duty_without_its_days_is_caught(pack):
    assert proof(changed(pack, "gates", "address", note="Report a move."), "INV-06").counters


def test_inv_11_border_law_that_is_missing_is_caught(pack):
    broken = changed(pack, "safeguards", "border-refusal-consequences", applies=Chosen("process", ("us-citizen",)))

    plan = caught(broken, "INV-11", "border-refusal-consequences")

    assert "border-refusal-consequences" not in legal(plan)
    assert "border-device-search-rules" in legal(plan)


def test_inv_13_a_step_on_the_monitored_phone_is_caught(pack):
    plan = caught(changed(pack, "measures", "lock-before-risk", applies=ALWAYS), "INV-13", "lock-before-risk")

    assert plan.gates["monitor"].on
    assert "lock-before-risk" in hygiene(plan)


def test_inv_13_a_step_without_the_note_is_caught(pack, monkeypatch):
    monkeypatch.setattr(gates, "MATRIX", {**gates.MATRIX, "harden": {}})

    plan = caught(pack, "INV-13", "adid-off")

    assert "not-the-monitor" not in hygiene(plan)["adid-off"].verdict.notes


def test_inv_14_a_notice_without_its_answer_is_caught(pack):
    broken = changed(pack, "safeguards", "respond-to-provider-notice", applies=NEVER)

    plan = caught(broken, "INV-14", "respond-to-provider-notice")

    assert "subpoena-or-notice" in plan.asked["pending"]
    assert "respond-to-provider-notice" not in legal(plan)


def test_inv_14_a_card_that_does_not_stop_is_caught(pack):
    plan = caught(changed(pack, "gates", "hold", show="note"), "INV-14", "'hold'")

    assert "hold" not in {state.gate.id for state in plan.stop_first}


def test_inv_17_law_of_a_state_that_nobody_chose_is_caught(pack):
    plan = caught(changed(pack, "safeguards", "state-shield-laws", applies=ALWAYS), "INV-17", "state-shield-laws")
    assert "state-shield-laws" in legal(plan)

    somewhere = Any((Chosen("state", ("CA",)), Chosen("process", ("us-citizen",))))
    plan = caught(changed(pack, "measures", "ca-drop", applies=somewhere), "INV-17", "ca-drop")
    assert "ca-drop" in hygiene(plan)
    assert "CA" not in plan.asked.get("state", ())


def test_inv_17_law_that_binds_nobody_is_caught(pack):
    plan = caught(changed(pack, "safeguards", "state-shield-laws", binds=""), "INV-17", "state-shield-laws")

    assert "state-shield-laws" in legal(plan)


def test_inv_24_a_self_serve_step_is_caught(pack):
    broken = changed(pack, "measures", "adid-off", steps={"all": "1. File a FOIA request."})

    assert "adid-off" in hygiene(caught(broken, "INV-24", "adid-off"))


def test_inv_24_a_request_without_a_lawyer_is_caught(pack):
    broken = changed(pack, "safeguards", "dhs-trip", you_can=("File online.",))

    assert "dhs-trip" in legal(caught(broken, "INV-24", "dhs-trip"))


def test_a_rule_about_what_is_gone_does_not_pass(pack):
    gone = replace(pack, safeguards=tuple(s for s in pack.safeguards if s.id != "dhs-trip"))

    [counter] = proof(gone, "INV-24").counters
    assert "dhs-trip" in counter.says


def test_every_invariant_of_the_research_is_proved_or_named():
    named = {id_ for ids, _ in NOT_PROVED for id_ in ids.split()}

    assert named | set(EVERY) >= {f"INV-{number:02}" for number in range(1, 25)}
    assert not named & set(EVERY)


def test_what_a_gate_reads_beyond_what_decides_it_is_told(pack):
    assert "who" in leans_beyond(pack)["hold"]


def test_a_counter_example_is_a_file_for_manage_py_plan(pack, tmp_path, monkeypatch):
    monkeypatch.setattr(
        gates, "MATRIX", {**gates.MATRIX, "destroy": {**gates.MATRIX["destroy"], "hold": Effect("allowed")}}
    )
    counter = proof(pack, "hold").counters[0]
    written = tmp_path / "answers.yaml"
    written.write_text(as_file(counter), encoding="utf-8")

    assert read_answers(written, pack) == counter.answers


def test_the_command_exits_1_with_the_file_and_2_without_z3(settings, tmp_path, monkeypatch, capsys):
    import builtins

    real = builtins.__import__

    def without_z3(name, *rest):
        if name.startswith("threatmodel.content") and "prove" in (rest[2] or ()):
            raise ModuleNotFoundError("No module named 'z3'", name="z3")
        return real(name, *rest)

    settings.PACK = Path(__file__).parent / "pack"
    with pytest.raises(CommandError) as failed:
        call_command("content", "prove")
    assert failed.value.returncode == 1

    monkeypatch.setattr(builtins, "__import__", without_z3)
    with pytest.raises(CommandError) as missing:
        call_command("content", "prove")
    assert missing.value.returncode == 2
    assert "z3-solver" in str(missing.value)
