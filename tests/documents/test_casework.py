"""What a clinic adds to a plan: where it stands, where it must not, and that it changes nothing else."""

from dataclasses import replace
from datetime import date

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.documents.papers import html
from tests.documents.tag_tree import TaggedPdf
from tests.documents.test_pdf import SAYS_NOTHING, says, text_of
from tests.engine.strategies import DAY
from tests.engine.test_paper import NUMBERS, open_ones, picked, secrets, standings
from threatmodel.documents.casework import Casework, Letterhead
from threatmodel.documents.packs import questionnaire_in, sample_plans
from threatmodel.documents.paper import gate_rows, printable
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.documents.side_by_side import MARKS as BLOCK_MARKS
from threatmodel.documents.telling import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.engine.paper import take_home
from threatmodel.engine.plan import build_plan

EXAMPLE = "notice-from-a-platform"
TALKED, SIGNED = date(2026, 10, 5), date(2026, 10, 19)
LETTERHEAD = Letterhead("Clinic on Fourth", ("555 0100", "4 Fourth Street"), ("Call Night Shelter, 555 0199",))


@pytest.fixture
def answers():
    return sample_plans()[EXAMPLE].answers


@pytest.fixture
def first(answers):
    """An item of the take-home that is to be asked about first."""
    return plan_view(take_home(answers, DAY)).ask_first[0]


@pytest.fixture
def casework(pack, answers, first):
    view = plan_view(build_plan(answers, DAY))
    return Casework(
        LETTERHEAD,
        SIGNED,
        {first.id: TALKED},
        {first.id: ("Wait for the <ruling>.", "Then act."), view.legal[0].id: ("Served on the 3rd.",)},
        {view.questions_for_lawyer[0].key: "Thirty days, from the postmark."},
        Marks.of(pack, {first.id: "risky", view.today[0].id: "done"}),
    )


def printed(answers, audience, casework, beside=None):
    return printable(answers, DAY, audience, "letter", large=False, staff=False, beside=beside, casework=casework).html


@pytest.mark.parametrize("audience", ["client", "counsel"])
def test_no_casework_and_an_empty_one_leave_every_paper_as_it_is(answers, audience):
    plain = html(EXAMPLE, audience).html

    assert printed(answers, audience, None) == plain
    assert printed(answers, audience, Casework()) == plain


def test_an_item_that_was_talked_over_has_its_steps_on_the_take_home_and_in_its_place(answers, casework, first):
    before, after = (printed(answers, "client", one) for one in (None, casework))
    without, with_ = (text_of(html_to_pdf(page, "")) for page in (before, after))
    step = first.measure.limits[:40]

    assert step not in without
    assert step in with_
    assert TALKED.isoformat() in with_
    assert render_to_string("components/advised.html", {"day": TALKED}) in after
    section = after[after.index('class="ask-first"') :].partition("</section>")[0]
    titles = [item.measure.title for item in plan_view(take_home(answers, DAY)).ask_first]
    assert [section.index(title.replace("'", "&#x27;")) for title in titles] == sorted(
        section.index(title.replace("'", "&#x27;")) for title in titles
    )


def test_sources_of_what_was_unfolded_are_listed(answers, casework, first, pack):
    after = text_of(html_to_pdf(printed(answers, "client", casework), ""))

    assert all(says(after, pack.sources[source].title) for source in first.measure.sources)


def test_nothing_that_the_gates_block_or_allow_is_touched_by_advice(answers):
    plan = build_plan(answers, DAY)
    blocked = [left.item.id for left in plan.left_out if left.gate]
    others = [item.measure.id for item in plan.hygiene if not item.ask_first]
    advice = Casework(advised=dict.fromkeys([*blocked, *others, "no-such-item"], TALKED))

    assert blocked
    assert others
    assert plan_view(plan, casework=advice) == plan_view(plan)
    for audience in ("client", "counsel"):
        assert printed(answers, audience, advice) == printed(answers, audience, None)


def test_advice_on_what_a_later_answer_blocks_unfolds_nothing(answers, first):
    later = answers.choose("visa-public", ["yes"]).choose("process", ["applying-abroad"])
    advice = Casework(advised={first.id: TALKED})
    plan = build_plan(later, DAY)

    assert first.id in {left.item.id for left in plan.left_out if left.gate}
    assert plan_view(plan, casework=advice) == plan_view(plan)
    assert printed(later, "client", advice) == printed(later, "client", None)


def test_casework_changes_no_order_bucket_count_or_level(answers, casework):
    plain, with_ = (plan_view(build_plan(answers, DAY), casework.marks, casework=one) for one in (None, casework))
    bare = {"advised_on": None, "comments": ()}

    assert [replace(item, **bare) for item in with_.measures] == [*plain.measures]
    assert [replace(item, comments=()) for item in with_.legal] == [*plain.legal]
    assert with_.hygiene_exposures == plain.hygiene_exposures
    assert (with_.hygiene_progress, with_.legal_progress) == (plain.hygiene_progress, plain.legal_progress)


@given(NUMBERS, NUMBERS)
@settings(suppress_health_check=[HealthCheck.filter_too_much], max_examples=60)
def test_advice_tells_no_sensitive_answer(pack, numbers, others):
    """Who differ only in what is sensitive still hold the same paper, whatever they talked over with a lawyer."""
    one = picked(pack, numbers)
    other = replace(one, bits=one.only(open_ones(pack)).bits | picked(pack, others).only(secrets(pack)).bits)
    assume(standings(one) == standings(other))
    advice = Casework(advised={item.id: TALKED for item in pack.items})

    def items(answers):
        view = plan_view(take_home(answers, DAY), casework=advice.for_client())
        return {item.id: (item.advised, item.steps, item.notes, item.mind, item.because) for item in view.measures}

    assert items(one) == items(other)


def test_the_take_home_holds_no_sensitive_label_comment_answer_or_mark(pack, answers, casework):
    everything = replace(casework, marks=Marks.of(pack, {item.id: "risky" for item in pack.items}))
    text = text_of(html_to_pdf(printed(answers, "client", everything), ""))

    for question in pack.questions:
        if question.sensitive:
            labels = [option.label for option in question.options if option.label not in SAYS_NOTHING]
            assert [words for words in (question.ask, *labels) if says(text, words)] == []
    told = [*(t for texts in casework.comments.values() for t in texts), *casework.answered.values()]
    assert [words for words in told if words in text] == []
    assert printed(answers, "client", everything) == printed(answers, "client", casework.for_client())


def test_a_sign_off_is_a_day_and_takes_the_place_of_the_sentence_that_there_is_none(answers, casework):
    for audience in ("client", "counsel"):
        without, with_ = (text_of(html_to_pdf(printed(answers, audience, c), "")) for c in (None, casework))
        assert SIGNED.isoformat() not in without
        assert SIGNED.isoformat() in with_
        assert "No lawyer has reviewed it yet" not in with_


def test_the_letterhead_stands_behind_all_else_of_the_take_home_and_before_all_of_counsels(answers, casework):
    client, counsel = (printed(answers, audience, casework) for audience in ("client", "counsel"))

    assert client.index('class="sources') < client.index(LETTERHEAD.name) < client.index("card-page")
    assert counsel.index(LETTERHEAD.name) < counsel.index('class="gates"')
    assert LETTERHEAD.referrals[0] in client
    assert LETTERHEAD.name not in printed(answers, "client", replace(casework, letterhead=None))


def test_counsel_reads_comments_answers_marks_and_what_was_talked_over(answers, casework):
    text = text_of(html_to_pdf(printed(answers, "counsel", casework), ""))

    for words in ("Wait for the <ruling>.", "Then act.", "Served on the 3rd.", "Thirty days, from the postmark."):
        assert words in text
    for words in ("It could put me at risk", "Done", TALKED.isoformat()):
        assert words in text


def test_what_was_noted_on_something_that_is_not_in_the_plan_is_not_lost_to_counsel(pack, answers):
    left = next(left.item for left in build_plan(answers, DAY).left_out)
    noted = Casework(
        comments={left.id: ("Ask again.",), "no-such-item": ("Gone.",)}, answered={"Old question?": "Yes."}
    )

    page = printed(answers, "counsel", noted)

    assert page.index(left.title.replace("'", "&#x27;")) > 0
    assert all(words in page for words in ("Ask again.", "Old question?", "Yes."))
    assert "Gone." not in page


def test_an_answer_stands_under_its_question_in_every_language(answers, casework):
    spanish = Answers(questionnaire_in("es"), answers.bits)

    page = printed(spanish, "counsel", casework, beside=answers)
    questions = plan_view(build_plan(spanish, DAY), casework=casework).questions_for_lawyer

    assert page.count("Thirty days, from the postmark.") == 2
    assert questions[0].answer
    assert questions[0].text != questions[0].key


def test_two_languages_stand_beside_each_other_with_casework_too_whatever_was_typed(answers, casework):
    typed = replace(casework, letterhead=Letterhead(BLOCK_MARKS + "Clinic"), comments={"adid-off": (BLOCK_MARKS,)})
    spanish = Answers(questionnaire_in("es"), answers.bits)

    for audience in ("client", "counsel"):
        page = printed(spanish, audience, typed, beside=answers)
        assert not set(BLOCK_MARKS) & set(page)
        assert TALKED.isoformat() in page


def test_what_was_typed_is_text_and_nothing_else(answers):
    attack = '<script src="x"></script>'
    typed = Casework(Letterhead(attack, (attack,), (attack,)), None, {}, {"adid-off": (attack,)}, {attack: attack})

    for audience in ("client", "counsel"):
        page = printed(answers, audience, typed)
        assert "<script" not in page
        assert "&lt;script" in page


def test_on_the_screen_advice_opens_the_steps_and_says_when(answers, first):
    plan = build_plan(answers, DAY)
    folded, opened = (
        next(item for item in plan_view(plan, casework=Casework(advised=advised)).ask_first if item.id == first.id)
        for advised in ({}, {first.id: TALKED})
    )

    closed, shown = (
        render_to_string("components/measure_text.html", {"item": i, "unfolded": True}) for i in (folded, opened)
    )

    assert "<details open>" not in closed
    assert "<details open>" in shown
    assert TALKED.isoformat() in shown


def test_the_walks_templates_show_no_comment(answers, casework):
    view = plan_view(build_plan(answers, DAY), casework=casework)

    for name in ("plan/body.html", "plan/parts/questions.html"):
        page = render_to_string(name, {"plan": view})
        assert not [t for texts in casework.comments.values() for t in texts if t in page]
        assert not [text for text in casework.answered.values() if text in page]


@pytest.mark.parametrize("audience", ["client", "counsel"])
def test_a_paper_with_casework_is_still_tagged_in_order(answers, casework, audience):
    """P57"""
    page, css = printable(answers, DAY, audience, "letter", large=False, staff=True, casework=casework)
    tagged = TaggedPdf(html_to_pdf(page, css))
    levels = tagged.headings()

    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
    assert all(not tagged.drawn(number)[1] for number in range(len(tagged.document.pages)))


@given(st.data())
@settings(max_examples=20)
def test_every_gate_that_answers_decide_has_a_row_with_its_reasons(pack, data):
    plan = build_plan(picked(pack, data.draw(NUMBERS)), DAY)
    rows = gate_rows(plan)

    assert [row.id for row in rows] == [state.gate.id for state in plan.gates.values() if state.gate.decided_by]
    assert all(row.on == plan.gates[row.id].on for row in rows)
    with override("en"):
        page = render_to_string("components/gates_table.html", {"gates": rows})
    assert page.count('scope="row"') == len(rows)
