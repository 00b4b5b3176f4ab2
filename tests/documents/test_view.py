from datetime import timedelta

from django.template.loader import render_to_string

from tests.engine.strategies import DAY
from tests.engine.test_gates import NO_GATE
from threatmodel.documents.telling import plan_view
from threatmodel.documents.templatetags import markdown
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan


def view_for(pack, answers, day=DAY):
    return plan_view(build_plan(Answers.of(pack, answers), day))


def test_each_measure_stands_in_one_place(pack):
    view = view_for(pack, {"pending": "criminal-case", "process": "us-citizen"})

    ids = [m.measure.id for m in (*view.today, *view.soon, *view.later, *view.ask_first)]
    assert view.ask_first
    assert len(ids) == len(set(ids))


def test_steps_are_shown_only_for_what_the_person_has(pack):
    view = view_for(pack, NO_GATE | {"devices": "iphone", "platforms": "facebook", "visibility": "public"})

    labels = {step.of for m in (*view.today, *view.soon, *view.later) for step in m.steps}
    assert "iPhone" in labels
    assert not any("Android" in label for label in labels)


def test_every_source_that_is_cited_is_listed_once(pack):
    view = view_for(pack, {})

    cited = {
        n for item in (*view.today, *view.soon, *view.later, *view.legal, *view.out_of_reach) for n in item.sources
    }
    assert cited <= {source.number for source in view.sources}
    assert [source.number for source in view.sources] == list(range(1, len(view.sources) + 1))


def test_a_stale_volatile_fact_is_folded_behind_its_mark(pack):
    view = view_for(pack, {}, DAY + timedelta(days=4000))
    item = next(item for item in view.legal if item.safeguard.volatile)

    html = render_to_string("components/safeguard_whole.html", {"item": item})

    before, _, folded = html.partition('class="stale"')
    statement = item.safeguard.statement.split("'")[0][:30]
    assert statement not in before
    assert folded.index("<details>") < folded.index(statement)


def test_markdown_shows_html_as_the_text_it_is():
    assert "<script>" not in markdown("1. <script>alert(1)</script>")
    assert "<li>" in markdown("1. Open it.")
    assert "<a" not in markdown("[x](javascript:alert(1))")
