"""Checks of help beside the plan: when a step fails, questions for a lawyer, referrals, letters, notice, prompts."""

from collections.abc import Iterable, Iterator

from threatmodel.content.acts import DESTROYS, HIDES, acts_in
from threatmodel.content.errors import Fault, guess
from threatmodel.content.pack import Pack
from threatmodel.content.texts import At

BLANK = "____"


def help_faults(pack: Pack) -> Iterator[Fault]:
    """Every such fault that keeps a pack from being used."""
    for measure in pack.measures:
        if measure.entry.action == "third-party" and measure.entry.when_it_fails is None:
            yield measure.fault("G007", "action", id=measure.entry.id)
    for at in (*pack.gates, *pack.safeguards, *([pack.notice] if pack.notice else [])):
        yield from _questions(at)
    for referral in pack.referrals:
        yield from _known(referral, "R005", _ids(pack.sources), sources=referral.entry.sources)
    yield from _letters(pack)
    yield from _notice(pack)
    yield from _prompts(pack)


def _questions(at: At) -> Iterator[Fault]:
    for i, question in enumerate(at.entry.ask_lawyer):
        if not question.rstrip().endswith("?"):
            yield at.fault("W006", "ask_lawyer", i, start=" ".join(question.split()[:6]) + " …")


def _letters(pack: Pack) -> Iterator[Fault]:
    items = _ids(pack.measures) | _ids(pack.safeguards)
    for letter in pack.letters:
        entry = letter.entry
        yield from _known(letter, "R016", items, **{"for": entry.fits})
        yield from _known(letter, "R005", _ids(pack.sources), sources=entry.sources)
        if not any(BLANK in paragraph for paragraph in entry.body):
            yield letter.fault("W007", "body", id=entry.id)


def _notice(pack: Pack) -> Iterator[Fault]:
    if not (at := pack.notice):
        return
    entry, safeguards = at.entry, _ids(pack.safeguards)
    everywhere = {referral.entry.kind for referral in pack.referrals if not referral.entry.states}
    for i, kind in enumerate(entry.call):
        if kind not in everywhere:
            yield at.fault("R015", "call", i, id=kind)
    yield from _known(at, "R012", safeguards, rests_on=[entry.rests_on], episodes=[entry.episodes])
    for paper in at.parts("papers", entry.papers):
        yield from _known(paper, "R012", safeguards, safeguard=[paper.entry.safeguard])
    places: tuple[At, ...] = (at, *at.parts("windows", entry.windows))
    for place in places:
        yield from _known(place, "R005", _ids(pack.sources), sources=place.entry.sources)
    if entry.letter:
        yield from _known(at, "R017", _ids(pack.letters), letter=[entry.letter])
    yield from _acts(pack, at)


def _prompts(pack: Pack) -> Iterator[Fault]:
    """What is asked of everybody at a sensitive question, and may stand on no paper, is said at that question."""
    questions = {question.entry.id: question.entry for question in pack.questions}
    for prompt in pack.prompts:
        id_ = prompt.entry.id
        if id_ not in questions:
            yield prompt.fault("R001", "question", id=id_, guess=guess(id_, questions))
        elif questions[id_].sensitive and not prompt.entry.do_not_write:
            yield prompt.fault("W008", "question", id=id_)


def _acts(pack: Pack, at: At) -> Iterator[Fault]:
    """Whoever got a notice may delete nothing and hide nothing."""
    allowed = [" ".join(entry.phrase.lower().split()) for entry in pack.words.entry.not_an_act] if pack.words else []
    for key in ("first", "keep", "steps"):
        for i, text in enumerate(getattr(at.entry, key)):
            for act in (DESTROYS, HIDES):
                for phrase in acts_in(text, act, allowed):
                    yield at.fault("G004", key, i, id=at.entry.id, action="for somebody with a notice", phrase=phrase)


def _ids(entries: Iterable[At]) -> set[str]:
    return {at.entry.id for at in entries}


def _known(at: At, code: str, known: set[str], **lists: list[str]) -> Iterator[Fault]:
    for key, ids in lists.items():
        for i, id_ in enumerate(ids):
            if id_ not in known:
                yield at.fault(code, key, i, id=id_, guess=guess(id_, known))
