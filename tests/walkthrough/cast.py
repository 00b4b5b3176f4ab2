"""A client that already carries somebody's walk, as their browser would."""

import re
import time

from django.http import HttpResponse
from django.test import Client

from threatmodel.engine.answers import Answers
from threatmodel.engine.marks import Marks
from threatmodel.walkthrough.walk import COOKIE, Walk, walk_of


def carrying(walk: Walk, **more: object) -> Client:
    """A client whose cookie holds this walk."""
    response = HttpResponse()
    walk.seal_into(response)
    client = Client(**more)
    client.cookies[COOKIE] = response.cookies[COOKIE].value
    return client


def walking(answers: Answers, **more: object) -> Client:
    """A client of somebody who gave these answers and reached the end of the full walk."""
    walk = Walk(answers, "full", int(time.time()), Marks(answers.questionnaire), checked=True)
    return carrying(walk, **more)


def current(client) -> Walk:
    """The walk that a client carries now."""
    request = type("Request", (), {"COOKIES": {name: morsel.value for name, morsel in client.cookies.items()}})()
    return walk_of(request)


def token(response) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())[1]
