"""The files that a plan's page offers, as a browser gets them."""

import json
import random

import jsonschema
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.documents.test_export import SCHEMA
from tests.walkthrough.cast import walking
from threatmodel.documents.calendar import look_again_ics
from threatmodel.documents.export import plan_json
from threatmodel.documents.packs import questionnaire
from threatmodel.documents.spreadsheet import plan_csv
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough.access import today

FILES = {"/plan.json": "plan.json", "/plan.csv": "plan.csv", "/plan.ics": "calendar.ics"}


def answered(seed: int) -> Answers:
    answers, chance = Answers(questionnaire()), random.Random(seed)  # noqa: S311
    for question in answers.questionnaire.questions:
        answers = answers.choose(question.id, [chance.choice([*question.options, question.unsure]).id])
    return answers


@pytest.mark.parametrize(("url", "name"), FILES.items())
def test_a_file_is_kept_out_of_caches_and_has_a_name_that_says_nothing(pack, url, name):
    response = walking(Answers(pack)).get(url)

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("url", FILES)
def test_without_answers_there_is_no_file_but_a_page_that_says_so(url):
    response = Client().get(url)

    assert response.status_code == 409
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("url", FILES)
def test_a_file_is_only_read(pack, url):
    assert walking(Answers(pack)).post(url).status_code == 405


def test_the_json_is_the_plan_and_fits_its_schema(pack):
    answers = Answers.of(pack, {"pending": ["subpoena-or-notice"]})

    response = walking(answers).get("/plan.json")

    assert response["Content-Type"] == "application/json"
    assert response.json() == json.loads(json.dumps(plan_json(build_plan(answers, today()))))
    jsonschema.validate(response.json(), SCHEMA)


def test_the_csv_is_the_plan_without_what_is_for_staff(pack):
    answers = Answers.of(pack, {"pending": ["subpoena-or-notice"]})

    response = walking(answers).get("/plan.csv")

    assert response["Content-Type"].startswith("text/csv")
    assert response.content == plan_csv(build_plan(answers, today()))
    assert response.content != plan_csv(build_plan(answers, today(), staff=True))


@given(st.integers())
def test_the_calendar_file_depends_on_the_day_alone(seed):
    answers = answered(seed)

    content = walking(answers).get("/plan.ics").content

    assert content == look_again_ics(build_plan(answers, today()).look_again.on, today())


def test_the_page_of_the_plan_links_to_every_file(pack):
    page = walking(Answers(pack)).get("/plan/").content.decode()

    assert all(f'href="{url}"' in page for url in FILES)
