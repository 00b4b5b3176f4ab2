"""Help from others as templates get it: referrals, questions for a lawyer, letters, and the page for a notice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from threatmodel.documents.citing import Citations, Cited
from threatmodel.documents.glossary import hard_words
from threatmodel.engine.help import Letter, Notice, Paper, Referral, Window
from threatmodel.engine.model import Gate, Questionnaire, Safeguard, Word
from threatmodel.engine.plan import Plan


@dataclass(frozen=True, slots=True)
class ReferralView:
    referral: Referral
    sources: tuple[int, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class LawyerQuestion:
    """A question worth asking, with the title of the item that it comes from and that item's place on the page.

    ``key`` is its text in the pack's own language: the same in every language. ``answer`` is a clinic's lawyer's.
    """

    text: str
    title: str
    place: str
    key: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class LetterView:
    """``body`` is the letter to send, in the pack's own language, which who gets it can read; ``lang`` names that."""

    letter: Letter
    body: tuple[str, ...]
    lang: str
    translation: str
    sources: tuple[Cited, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class WindowView:
    window: Window
    sources: tuple[int, ...]
    stale: bool


@dataclass(frozen=True, slots=True)
class QuotedView:
    """A safeguard shown in its own words on another page; ``folded`` when what it says may be out of date."""

    safeguard: Safeguard
    sources: tuple[int, ...]
    stale: bool

    @property
    def folded(self) -> bool:
        return self.stale and self.safeguard.volatile


@dataclass(frozen=True, slots=True)
class PaperView:
    paper: Paper
    says: QuotedView


@dataclass(frozen=True, slots=True)
class NoticeView:
    """The page for somebody with a notice. It holds days as they were seen, and works out none."""

    notice: Notice
    translation: str
    as_of: date
    shortest: WindowView | None
    windows: tuple[WindowView, ...]
    papers: tuple[PaperView, ...]
    rests_on: QuotedView
    episodes: QuotedView
    referrals: tuple[ReferralView, ...]
    letter: Letter | None
    steps_sources: tuple[int, ...]
    stale: bool
    sources: tuple[Cited, ...]
    words: tuple[Word, ...]


def referral_views(referrals: Iterable[Referral], as_of: date, citations: Citations) -> tuple[ReferralView, ...]:
    """Who can help, in the order given."""
    return tuple(ReferralView(one, citations.cite(one.sources), as_of > one.review_by) for one in referrals)


def letters_for(pack: Questionnaire, item: str) -> tuple[Letter, ...]:
    """The ready letters that belong to a measure or a safeguard."""
    return tuple(letter for letter in pack.letters if item in letter.fits)


def letter_view(letter: Letter, pack: Questionnaire, as_of: date) -> LetterView:
    citations = Citations(pack)
    citations.cite(letter.sources)
    own = pack.original or pack
    body = next(one.body for one in own.letters if one.id == letter.id)
    return LetterView(letter, body, own.lang, pack.translation, citations.cited(), as_of > letter.review_by)


def lawyer_questions(plan: Plan, answered: Mapping[str, str] | None = None) -> tuple[LawyerQuestion, ...]:
    """What is worth asking a lawyer, each question once, in the order of the plan, with answers by their ``key``."""
    answers = answered or {}
    keys = _in_its_own_language(plan.questionnaire)
    found: dict[str, LawyerQuestion] = {}
    for title, place, questions in _asked(plan):
        for text in questions:
            key = keys.get(text, text)
            found.setdefault(text, LawyerQuestion(text, title, place, key, answers.get(key, "")))
    return tuple(found.values())


@lru_cache(maxsize=16)
def _in_its_own_language(pack: Questionnaire) -> Mapping[str, str]:
    """The questions for a lawyer of a translation → the same in the pack's own language; nothing for that itself."""
    if pack.original is None:
        return {}
    ours: tuple[Gate | Safeguard, ...] = (*pack.original.gates, *pack.original.safeguards)
    theirs: tuple[Gate | Safeguard, ...] = (*pack.gates, *pack.safeguards)
    return {
        text: own
        for item, original in zip(theirs, ours, strict=True)
        for text, own in zip(item.ask_lawyer, original.ask_lawyer, strict=True)
    }


def _asked(plan: Plan) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    shown = (*plan.stop_first, *plan.keep_in_mind)
    yield from ((state.gate.title, f"gate-{state.gate.id}", state.gate.ask_lawyer) for state in shown)
    yield from ((i.safeguard.title, i.safeguard.id, i.safeguard.ask_lawyer) for i in plan.legal)
    quiet = (state.gate for state in plan.gates.values() if state.on and state.gate.show == "quiet")
    yield from ((gate.title, "", gate.ask_lawyer) for gate in quiet)


def notice_view(pack: Questionnaire, as_of: date) -> NoticeView | None:
    """The page for somebody with a notice; None for a pack that has none. No answer is read for it."""
    notice = pack.notice
    if notice is None:
        return None
    citations = Citations(pack)
    windows = {w.id: WindowView(w, citations.cite(w.sources), as_of > w.stale_after) for w in notice.windows}
    called = (one for kind in notice.call for one in pack.referrals if one.kind == kind and not one.states)

    def quoted(id_: str) -> QuotedView:
        safeguard = next(safeguard for safeguard in pack.safeguards if safeguard.id == id_)
        return QuotedView(safeguard, citations.cite(safeguard.sources), as_of > safeguard.stale_after)

    return NoticeView(
        notice=notice,
        translation=pack.translation,
        as_of=as_of,
        shortest=windows[notice.shortest.id] if notice.shortest else None,
        windows=tuple(windows.values()),
        steps_sources=citations.cite(notice.sources),
        papers=tuple(PaperView(paper, quoted(paper.safeguard)) for paper in notice.papers),
        rests_on=quoted(notice.rests_on),
        episodes=quoted(notice.episodes),
        referrals=referral_views(called, as_of, citations),
        letter=next((letter for letter in pack.letters if letter.id == notice.letter), None),
        stale=as_of > notice.stale_after,
        sources=citations.cited(),
        words=hard_words(pack)[notice.id],
    )
