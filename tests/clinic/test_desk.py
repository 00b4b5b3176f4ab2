"""The desk's form for a new matter, sent more than once."""

import re

import pytest

from tests.clinic.acting import at, person
from tests.clinic.making import matter
from threatmodel.clinic.models import Matter
from threatmodel.clinic.models.staff import Role

SENT = {"alias": "plum bridge", "lang": "en", "depth": "quick"}


@pytest.fixture
def vera(clinic):
    return person("Vera", Role.VOLUNTEER)


def carried(page: str) -> str:
    """The id that the form carries."""
    return re.search(r'name="id" value="([^"]*)"', page)[1]


def test_a_form_for_a_new_matter_that_is_sent_twice_makes_one(vera):
    """P51: both answers lead to the same matter; a form opened anew makes another."""
    page = vera[1].get(at("new")).content.decode()
    sent = {**SENT, "id": carried(page)}

    answers = [vera[1].post(at("new"), sent)["Location"] for _ in range(2)]

    assert answers == [at("section", Matter.objects.get().id, 1)] * 2
    assert carried(vera[1].get(at("new")).content.decode()) != sent["id"]


def test_a_form_that_was_refused_keeps_its_id(vera):
    id_ = carried(vera[1].get(at("new")).content.decode())

    again = vera[1].post(at("new"), {**SENT, "alias": "", "id": id_})

    assert again.status_code == 422
    assert carried(again.content.decode()) == id_


@pytest.mark.parametrize("id_", ["", "no id", "0" * 32, "<b>"])
def test_a_bad_id_is_not_used(vera, id_):
    assert vera[1].post(at("new"), {**SENT, "id": id_}).status_code == 302
    assert Matter.objects.get().id.version == 4


def test_somebody_elses_id_tells_nothing_and_makes_another(vera):
    theirs = matter(person("Leo", Role.LAWYER)[0])

    answer = vera[1].post(at("new"), {**SENT, "id": theirs.row.id})

    assert str(theirs.row.id) not in answer["Location"]
    assert Matter.objects.count() == 2
