from hypothesis import given

from tests.engine.strategies import packs_and_answers, packs_and_two_answers
from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import at_depth, next_unanswered, path, read


def ids(questions):
    return [question.id for question in questions]


def test_walks_keep_to_their_lengths(pack):
    everything = Answers(pack)

    assert len(path(everything, "quick")) <= 13
    assert len(path(everything, "full")) <= 28


def test_a_citizen_is_not_asked_what_only_noncitizens_are(pack):
    citizen = ids(path(Answers.of(pack, {"process": "us-citizen"}), "full"))
    other = ids(path(Answers.of(pack, {"process": "undocumented"}), "full"))

    assert not {"visa-public", "handles-listed", "monitor", "address-current", "evidence"} & set(citizen)
    assert {"handles-listed", "monitor", "address-current", "evidence"} <= set(other)


def test_what_does_not_apply_counts_as_otherwise_and_what_is_not_known_as_assumed(pack):
    reading = read(Answers.of(pack, {"process": "us-citizen", "pending": "unsure", "monitor": "worn-device"}))
    layout = pack.layout

    assert reading.bits & layout["monitor"].mask == layout["monitor"].option["none"]
    assert reading.bits & layout["pending"].mask == layout["pending"].of(["investigation-expected", "unsure"])
    assert reading.bits & layout["safety"].mask == layout["safety"].of(["maybe", "unsure"])
    assert not reading.assumed & layout["monitor"].mask


def test_the_quick_walk_counts_only_quick_answers(pack):
    answers = Answers.of(pack, {"pending": "none", "reported": "no"})

    assert at_depth(answers, "quick").as_mapping() == {"pending": ["none"]}
    assert at_depth(answers, "full") == answers


def test_the_next_question_is_the_next_open_one_then_any_open_one(pack):
    answers = Answers.of(pack, {"who": "me", "pending": "none"})

    assert next_unanswered(answers, "quick") == 2
    assert next_unanswered(answers, "quick", after=2) == 4
    full = answers
    for question in path(answers, "quick"):
        full = full.choose(question.id, ["unsure"]) if not full.answered(question.id) else full
    assert next_unanswered(full, "quick") is None


@given(packs_and_two_answers)
def test_answers_off_the_path_never_change_what_is_read(three):
    pack, answers, others = three
    reading = read(answers)
    changed = answers
    for question in pack.questions:
        if question.id not in reading.on_path:
            changed = changed.choose(question.id, others.chosen(question.id))

    assert read(changed) == reading


@given(packs_and_answers)
def test_every_question_on_a_path_is_asked_once_and_in_order(both):
    pack, answers = both
    order = ids(pack.questions)

    for depth in ("quick", "full"):
        walked = [order.index(id_) for id_ in ids(path(answers, depth))]
        assert walked == sorted(set(walked))


@given(packs_and_answers)
def test_answering_the_next_open_question_ends(both):
    pack, answers = both
    current = Answers(pack)

    for _ in pack.questions:
        number = next_unanswered(current, "full")
        if number is None:
            break
        question = path(current, "full")[number - 1].id
        current = current.choose(question, answers.chosen(question) or ("unsure",))

    assert next_unanswered(current, "full") is None
