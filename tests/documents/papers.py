"""Papers for tests, each made once."""

from functools import cache

from tests.engine.strategies import DAY
from threatmodel.documents.packs import sample_plans
from threatmodel.documents.paper import printable
from threatmodel.documents.pdf import html_to_pdf

PAPERS = [
    ("answered-nothing", "client", "letter", False),
    ("watched-phone", "client", "a4", True),
    ("notice-from-a-platform", "counsel", "letter", False),
]


@cache
def html(example: str, audience: str = "client", size: str = "letter", large: bool = False):
    answers = sample_plans()[example].answers
    return printable(answers, DAY, audience, size, large=large, staff=False)


@cache
def paper(example: str, audience: str = "client", size: str = "letter", large: bool = False) -> bytes:
    return html_to_pdf(*html(example, audience, size, large))
