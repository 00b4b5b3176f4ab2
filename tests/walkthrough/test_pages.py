"""The pages that are filled in from a rendering made once must be what the template alone would give."""

import random
import re

import pytest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import path
from threatmodel.engine.marks import Marks
from threatmodel.walkthrough.pages import CheckPage, StepPage
from threatmodel.walkthrough.walk import Walk

TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")\w+"')


def pages(pack, request, answers):
    walk = Walk(answers, "full", 0, Marks(pack))
    for number, question in enumerate(pack.questions, start=1):
        page = StepPage(question, number, len(pack.questions), walk)
        yield TOKEN.sub(r"\1", page.response(request).content.decode()), TOKEN.sub(r"\1", page.plain(request))


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_filled_pages_are_those_of_the_template_for_every_question_and_answer(pack, headers):
    request = RequestFactory(headers=headers).get("/walk/1/")
    request.htmx = HtmxDetails(request)
    everyone = [Answers(pack)]
    longest = max(len(question.options) for question in pack.questions)
    for i in range(longest + 1):
        chosen = Answers(pack)
        for question in pack.questions:
            options = [*(option.id for option in question.options), "unsure"]
            chosen = chosen.choose(question.id, [options[i % len(options)]])
        everyone.append(chosen)

    for answers in everyone:
        for filled, plain in pages(pack, request, answers):
            assert filled == plain


BLANK = re.compile(r"\s+")


@pytest.mark.parametrize("seed", range(20))
def test_a_filled_check_page_is_that_of_the_template_for_any_answers(seed, pack):
    request = RequestFactory().get("/walk/check/")
    request.htmx = HtmxDetails(request)
    dice = random.Random(seed)  # noqa: S311
    answers = Answers(pack)
    for question in pack.questions:
        answers = answers.choose(
            question.id, [dice.choice([*(o.id for o in question.options), "unsure"])][: dice.randrange(2)]
        )

    for depth in ("quick", "full"):
        page = CheckPage(Walk(answers, depth, 0, Marks(pack)))
        filled = TOKEN.sub(r"\1", page.response(request).content.decode())
        plain = TOKEN.sub(r"\1", page.plain(request))
        assert BLANK.sub(" ", filled) == BLANK.sub(" ", plain)
        assert "\ue000" not in filled


def test_a_filled_page_has_the_chosen_option_ticked_and_no_other(pack):
    request = RequestFactory().get("/walk/1/")
    request.htmx = HtmxDetails(request)
    walk = Walk(Answers.of(pack, {"pending": ["criminal-case", "agent-contact"]}), "full", 0, Marks(pack))
    number = [question.id for question in path(walk.answers, "full")].index("pending") + 1

    html = StepPage(pack.question["pending"], number, 28, walk).response(request).content.decode()

    ticked = re.findall(r'value="([\w-]+)"[^>]* checked>', html)
    assert ticked == ["agent-contact", "criminal-case"]
    assert "\ue000" not in html
