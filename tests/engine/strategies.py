"""Random packs and answers, so that what holds is not only true of our own content."""

from datetime import date

from hypothesis import strategies as st

from threatmodel.engine.answers import Answers
from threatmodel.engine.conditions import ALWAYS, UNSURE, All, Any, Chosen, Condition, NoneOf
from threatmodel.engine.model import (
    ACTIONS,
    GATES,
    LANES,
    Budget,
    Gate,
    Measure,
    Option,
    Question,
    Questionnaire,
    Safeguard,
    Section,
    Vector,
)

DAY = date(2026, 11, 23)
OPTIONS = st.integers(2, 4).map(lambda count: tuple(f"o{i}" for i in range(count)))


def conditions(questions: list[Question]) -> st.SearchStrategy[Condition]:
    """Conditions over these questions; over none of them, constants."""
    if not questions:
        return st.sampled_from([ALWAYS, Any(())])
    leaf = st.sampled_from(questions).flatmap(
        lambda q: st.lists(
            st.sampled_from([*(o.id for o in q.options), UNSURE]), min_size=1, max_size=3, unique=True
        ).map(lambda options: Chosen(q.id, tuple(options)))
    )
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            lambda kind, parts: kind(tuple(parts)), st.sampled_from([Any, All, NoneOf]), st.lists(inner, max_size=3)
        ),
        max_leaves=5,
    )


def some_options(question_options: tuple[str, ...], *, alone: bool, one: bool) -> st.SearchStrategy[tuple[str, ...]]:
    """Options that may be chosen together; the last one stands alone where ``alone``."""
    single = st.sampled_from(question_options).map(lambda option: (option,))
    if one:
        return single
    together = question_options[:-1] if alone else question_options
    return single | st.lists(st.sampled_from(together), min_size=1, unique=True).map(tuple)


@st.composite
def questions(draw: st.DrawFn, count: int) -> list[Question]:
    made: list[Question] = []
    for number in range(count):
        ids = draw(OPTIONS)
        alone, one = draw(st.booleans()), draw(st.booleans())
        subset = some_options(ids, alone=alone, one=one)
        quick, later = draw(st.sampled_from([(True, False), (False, True), (False, False)]))
        made.append(
            Question(
                id=f"q{number}",
                section="s",
                ask="?",
                why="!",
                pick="one" if one else "many",
                options=tuple(Option(id_, id_, alone=alone and id_ == ids[-1]) for id_ in ids),
                unsure=Option(UNSURE, "unsure", alone=True),
                assume=draw(subset),
                otherwise=draw(st.just(()) | subset),
                asked_if=draw(st.just(ALWAYS) | conditions(made)) if made else ALWAYS,
                quick=quick,
                later=later,
            )
        )
    return made


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    asked = draw(st.integers(1, 5).flatmap(questions))
    condition = conditions(asked)
    vectors = [
        Vector(
            f"v{i}",
            "v",
            draw(st.sampled_from(list(LANES))),
            "w",
            "r",
            (),
            DAY,
            DAY,
            draw(condition),
            *draw(levels(condition)),
        )
        for i in range(draw(st.integers(1, 3)))
    ]
    reducible = [vector.id for vector in vectors if vector.lane == "hygiene"]
    measures = [
        Measure(
            id=f"m{i}",
            title="m",
            action=draw(st.sampled_from(ACTIONS)),
            minutes=draw(st.integers(1, 90)),
            cost="free",
            discloses="nobody",
            helps="h",
            reduces={vector: draw(st.sampled_from(["low", "medium"])) for vector in reducible if draw(st.booleans())},
            does_not_reach=(),
            limits="l",
            steps={"all": "1. x"},
            evidence="B",
            sources=(),
            reviewed_on=DAY,
            review_by=DAY,
            applies=draw(condition),
            priority=draw(st.integers(1, 3)),
            first_with=draw(st.sampled_from([(), ("hold",), ("survivor",)])),
            urgent=draw(st.none() | condition),
            before=draw(st.sampled_from([(), ("visibility", "retention", "destroy")])),
        )
        for i in range(draw(st.integers(0, 6)))
    ]
    safeguards = [
        Safeguard(f"g{i}", "g", "process", "s", "p", "n", (), (), (), DAY, DAY, applies=draw(condition))
        for i in range(draw(st.integers(0, 2)))
    ]
    minutes = {option.id: draw(st.integers(1, 90)) for option in asked[0].options}
    return Questionnaire(
        version="1",
        lang="en",
        title="t",
        sections=(Section("s", "s"),),
        questions=tuple(asked),
        gates=tuple(Gate(gate, draw(condition), ()) for gate in GATES),
        vectors=tuple(vectors),
        measures=tuple(measures),
        safeguards=tuple(safeguards),
        budget=Budget("q0", minutes, {option: value * 2 for option, value in minutes.items()}),
        look_again_days=90,
    )


def levels(condition: st.SearchStrategy[Condition]) -> st.SearchStrategy[tuple[Condition | None, Condition | None]]:
    return st.tuples(st.none() | condition, st.none() | condition)


@st.composite
def answers_to(draw: st.DrawFn, questionnaire: Questionnaire) -> Answers:
    """Any answers a person could give: to some questions, in any depth, unsure ones among them."""
    answers = Answers(questionnaire)
    for question in questionnaire.questions:
        ids = tuple(option.id for option in question.options)
        subset = some_options(ids, alone=question.options[-1].alone, one=question.pick == "one")
        answers = answers.choose(question.id, draw(st.just(()) | st.just((UNSURE,)) | subset))
    return answers


packs_and_answers = questionnaires().flatmap(lambda pack: st.tuples(st.just(pack), answers_to(pack)))
packs_and_two_answers = questionnaires().flatmap(
    lambda pack: st.tuples(st.just(pack), answers_to(pack), answers_to(pack))
)


@st.composite
def answers_to_ours(draw: st.DrawFn) -> Answers:
    """Any answers to the pack this repository ships, most questions left open."""
    from threatmodel.documents.packs import questionnaire

    answers = Answers(questionnaire())
    for question in draw(st.lists(st.sampled_from(answers.questionnaire.questions), unique_by=lambda q: q.id)):
        together = [option.id for option in question.options if not option.alone]
        single = st.sampled_from([UNSURE, *(option.id for option in question.options)]).map(lambda option: (option,))
        several = st.lists(st.sampled_from(together), min_size=1, unique=True).map(tuple)
        answers = answers.choose(question.id, draw(single if question.pick == "one" else single | several))
    return answers
