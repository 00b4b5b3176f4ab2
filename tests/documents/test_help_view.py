"""Questions for a lawyer, what to do when a step fails, letters and help, as the plan shows them."""

from dataclasses import replace
from datetime import timedelta
from html import escape

from django.template.loader import render_to_string
from hypothesis import given

from tests.engine.strategies import DAY, answers_to_ours
from threatmodel.documents.citing import Citations
from threatmodel.documents.help_view import lawyer_questions, referral_views
from threatmodel.documents.telling import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan

NOTICE = {"pending": "subpoena-or-notice", "process": "us-citizen", "state": "CA", "us-history": "raised-here"}


def view_for(pack, answers=NOTICE, day=DAY):
    return plan_view(build_plan(Answers.of(pack, answers), day))


@given(answers=answers_to_ours())
def test_each_question_for_a_lawyer_stands_once_and_comes_from_an_item_of_the_plan(answers):
    plan = build_plan(answers, DAY)

    found = lawyer_questions(plan)

    titles = {state.gate.title for state in plan.gates.values() if state.on}
    titles |= {item.safeguard.title for item in plan.legal}
    assert len({question.text for question in found}) == len(found)
    assert {question.title for question in found} <= titles
    assert all(question.text.endswith("?") for question in found)


def test_questions_from_stop_cards_come_before_those_from_the_law(pack):
    view = view_for(pack)

    places = [question.place for question in view.questions_for_lawyer]
    first_of_law = places.index(view.legal[0].safeguard.id)
    assert places[0] == f"gate-{view.stop_first[0].id}"
    assert not any(place.startswith("gate-") for place in places[first_of_law:])


def test_what_the_gates_ask_stands_on_the_plan_and_all_of_it_on_a_page_of_its_own(pack):
    view = view_for(pack)

    short = render_to_string("plan/ask.html", {"plan": view})
    whole = render_to_string("plan/parts/questions.html", {"plan": view})

    assert (*view.questions_first, *view.questions_more) == view.questions_for_lawyer
    assert 0 < short.count("<li>") == len(view.questions_first) < len(view.questions_for_lawyer)
    assert all(escape(question.text) in whole for question in view.questions_for_lawyer)


def test_every_gate_and_every_safeguard_for_people_has_a_question(pack):
    assert [gate.id for gate in pack.gates if not gate.ask_lawyer] == []
    assert [s.id for s in pack.safeguards if not s.clinic_only and not s.ask_lawyer] == []


def test_a_measure_that_asks_others_says_what_to_do_when_it_fails(pack):
    item = next(m for m in view_all(view_for(pack)) if m.measure.id == "ca-drop")

    whole = render_to_string("components/measure_text.html", {"item": item})

    assert item.measure.when_it_fails
    assert 'class="fails"' in whole


def test_nothing_that_a_failed_step_says_tells_someone_to_send_a_number(pack):
    for measure in pack.measures:
        if fails := measure.when_it_fails:
            assert "send your" not in f"{fails.ignored} {fails.refused} {fails.asks_more}".lower(), measure.id


def test_an_item_links_to_its_letters(pack):
    view = view_for(pack)
    notice = next(s for s in view.legal if s.safeguard.id == "respond-to-provider-notice")

    html = render_to_string("components/safeguard_text.html", {"item": notice})

    assert [letter.id for letter in notice.letters] == ["demand-copy"]
    assert 'href="/letters/demand-copy/"' in html


def test_help_past_its_shelf_life_is_marked(pack):
    late = max(one.review_by for one in pack.referrals) + timedelta(days=1)

    fresh = referral_views(pack.referrals, DAY, Citations(pack))
    stale = referral_views(pack.referrals, late, Citations(pack))

    assert not any(one.stale for one in fresh)
    assert all(one.stale for one in stale)
    html = render_to_string("components/referrals.html", {"referrals": stale[:1]})
    assert 'class="stale"' in html


def test_a_phone_number_is_shown_with_its_day(pack):
    one = next(one for one in pack.referrals if one.phone)
    dated = replace(one, phone_checked_on=DAY - timedelta(days=400))

    html = render_to_string("components/referral.html", {"one": referral_views([dated], DAY, Citations(pack))[0]})

    assert dated.phone in html
    assert dated.phone_checked_on.isoformat() in html


def test_the_sources_of_those_who_help_are_in_the_plans_list(pack):
    view = view_for(pack)

    cited = {number for one in view.referrals for number in one.sources}
    assert cited
    assert cited <= {source.number for source in view.sources}


def view_all(view):
    return (*view.today, *view.soon, *view.later, *view.ask_first)
