"""The fields of the clinic's forms: what they are called, and how what somebody typed into them is read."""

import re
from hashlib import sha256

from django.http import HttpRequest, QueryDict

# Ticks of a question; a comment on an item; a lawyer's reply by the mark of its question; what stood there before.
ANSWER, COMMENT, REPLY, WAS = "answer-", "comment-", "reply-", "was-"
TYPED = re.compile(rf"note|alias|contacts|referrals|({COMMENT}|{REPLY}).+")  # those that hold what somebody wrote
MARK_LETTERS = 12


def typed_in(form: QueryDict, name: str) -> str:
    """What was typed into a field, with ends of lines as browsers count them: each one letter."""
    return form.get(name, "").replace("\r\n", "\n").strip()


def typed(request: HttpRequest) -> list[str]:
    """What somebody typed into a form that failed, to give it back: no page of ours is kept by a browser.

    A reply that stood there already is left out.
    """
    form = request.POST
    texts = {name: text for name in form if TYPED.fullmatch(name) and (text := typed_in(form, name))}
    return [text for name, text in texts.items() if form.get(name.replace(REPLY, WAS, 1)) != mark_of(text)]


def mark_of(text: str) -> str:
    """A short mark of a text, to name it in a form or to tell whether it is still the same. Of none it is empty."""
    return sha256(text.encode()).hexdigest()[:MARK_LETTERS] if text else ""
