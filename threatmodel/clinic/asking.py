"""Questions of a matter as pages ask them, of staff and of the client, and what a form answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from threatmodel.clinic.contents import Contents
from threatmodel.clinic.fields import ANSWER, WAS
from threatmodel.clinic.pages import Line, form_marks
from threatmodel.clinic.working import LANGUAGES, Working, answered
from threatmodel.documents.glossary import hard_words
from threatmodel.documents.telling import labels
from threatmodel.engine.help import Prompt
from threatmodel.engine.model import Option, Question, Word


@dataclass(frozen=True, slots=True)
class Choice:
    option: Option
    ticked: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on a staff's or client's page: in the client's language, with what only staff see beside it."""

    question: Question
    choices: tuple[Choice, ...]
    was: Sequence[str]
    own: str
    prompt: Prompt | None
    words: tuple[Word, ...]
    problem: str = ""

    @property
    def field(self) -> str:
        return ANSWER + self.question.id


def asked(now: Working, questions: Sequence[Question], form: QueryDict | None = None, refused: str = "") -> list[Asked]:
    """Questions as pages show them, with what was chosen, or sent in; ``refused`` is the one that was wrong."""
    own = now.pack.original or now.pack
    problem = _("Some of these answers cannot go together. Keep those that fit.")
    return [
        Asked(
            question,
            tuple(Choice(o, o.id in _ticked(now, question, form)) for o in (*question.options, question.unsure)),
            now.answers.chosen(question.id),
            own.question[question.id].ask if own is not now.pack else "",
            own.prompts.get(question.id),
            hard_words(now.pack)[question.id],
            problem if question.id == refused else "",
        )
        for question in questions
    ]


def _ticked(now: Working, question: Question, form: QueryDict | None) -> Sequence[str]:
    """What was sent in, for the questions that were on the page that was sent."""
    if form is not None and question.id in shown_in(form):
        return form.getlist(ANSWER + question.id)
    return now.answers.chosen(question.id)


def asking(request: HttpRequest, now: Working, questions: Sequence[Question], refused: str) -> dict[str, object]:
    """What every page with questions needs."""
    return {
        "asked": asked(now, questions, request.POST if request.method == "POST" else None, refused),
        "shown": " ".join(question.id for question in questions),
        "refused": bool(refused),
        "lost": now.record.lost,
        **form_marks(now.opened),
    }


def given(form: QueryDict, now: Working, only: str = "") -> Contents:
    """The contents with the answers of a form, and the language it asks for.

    A question that was on the page and has no answer in the form loses the one it had. With ``only``, the form may
    answer that question and no other.
    """
    shown = [one for one in shown_in(form) if one in now.pack.question and only in ("", one)]
    answers = {question: form.getlist(ANSWER + question) for question in shown}
    contents = answered(now, answers)
    lang = form.get("lang", "")
    return replace(contents, lang=lang) if lang in LANGUAGES else contents


def shown_in(form: QueryDict) -> list[str]:
    """The questions that were on the page a form comes from."""
    return " ".join(form.getlist("shown")).split()


def apart(form: QueryDict, now: Working) -> Iterator[Line]:
    """What somebody changed on a page with questions, where it is not what stands there now."""
    for question in shown_in(form):
        if question not in now.pack.question:
            continue
        mine, theirs = form.getlist(ANSWER + question), now.answers.chosen(question)
        if set(mine) in (set(form.getlist(WAS + question)), set(theirs)):
            continue
        known = set(now.pack.layout[question].option)
        yield Line(
            now.pack.question[question].ask,
            labels(now.pack, question, [option for option in mine if option in known]),
            labels(now.pack, question, theirs),
            [("shown", question)]
            + [(ANSWER + question, option) for option in mine]
            + [(WAS + question, option) for option in theirs],
            now.pack.lang,
        )
    lang = form.get("lang", "")
    if lang in LANGUAGES and lang not in (form.get("was-lang"), now.contents.lang):
        names = (LANGUAGES[lang], LANGUAGES.get(now.contents.lang, ""))
        yield Line(_("The client’s language"), *names, [("lang", lang)])
