"""Which hard words stand in what a person reads, so that a page can explain them where they stand."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from threatmodel.engine.help import Notice
from threatmodel.engine.model import Measure, Question, Questionnaire, Safeguard, Word

NO_BLANKS = re.compile("[\u3000-\u9fff]")  # writing that puts no blanks between words


@lru_cache(maxsize=16)
def hard_words(pack: Questionnaire) -> Mapping[str, tuple[Word, ...]]:
    """The hard words of every question, measure, safeguard and notice by its id, in the order in which they stand."""
    told = {question.id: _of_question(question) for question in pack.questions}
    told |= {measure.id: _of_measure(measure) for measure in pack.measures}
    told |= {safeguard.id: _of_safeguard(safeguard) for safeguard in pack.safeguards}
    if pack.notice:
        told[pack.notice.id] = _of_notice(pack.notice)
    return {id_: words_in(pack.glossary, texts) for id_, texts in told.items()}


def words_in(glossary: Iterable[Word], texts: Iterable[str]) -> tuple[Word, ...]:
    """The words that stand in some texts. Of two that overlap it is the longer one."""
    forms = {form: word for word in glossary for form in word.forms}
    if not forms:
        return ()
    pattern = "|".join(_as_written(form) for form in sorted(forms, key=len, reverse=True))
    plain = {form.casefold(): word for form, word in forms.items()}
    found = (plain[match[0].casefold()] for text in texts for match in re.finditer(pattern, text))
    return tuple(dict.fromkeys(found))


def _as_written(form: str) -> str:
    """Finds a form as a whole word; one without capitals also where it begins a sentence."""
    found = re.escape(form) if form != form.lower() else f"(?i:{re.escape(form)})"
    return found if NO_BLANKS.search(form) else rf"(?<!\w){found}(?!\w)"


def _of_question(question: Question) -> Iterator[str]:
    yield from (question.ask, question.hint, question.why)
    for option in question.options:
        yield from (option.label, option.hint)


def _of_measure(measure: Measure) -> Iterator[str]:
    yield from (measure.title, measure.helps, *measure.steps.values(), measure.limits, measure.discloses, measure.undo)


def _of_safeguard(safeguard: Safeguard) -> Iterator[str]:
    yield from (safeguard.title, safeguard.statement, safeguard.binds, safeguard.no_setting_changes)
    yield from safeguard.you_can


def _of_notice(notice: Notice) -> Iterator[str]:
    yield from (notice.title, notice.lead, notice.zero, *notice.first, *notice.dont, *notice.keep, *notice.steps)
    yield from (*notice.ask_lawyer, notice.hope, *(paper.title for paper in notice.papers))
