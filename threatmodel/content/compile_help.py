"""Checked referrals, letters, notice and prompts → the engine's values."""

from datetime import date, timedelta

from threatmodel.content.pack import Pack, Placed, parse_condition
from threatmodel.content.schema import days
from threatmodel.content.schema_help import LetterEntry, ReferralEntry
from threatmodel.engine import help as model
from threatmodel.engine.conditions import ALWAYS


def referrals(pack: Pack) -> tuple[model.Referral, ...]:
    shelf_life = pack.referrals_file.entry.shelf_life if pack.referrals_file else ""
    return tuple(_referral(at, shelf_life) for at in pack.referrals)


def _referral(at: Placed[ReferralEntry], shelf_life: str) -> model.Referral:
    entry = at.entry
    return model.Referral(
        id=entry.id,
        kind=entry.kind,
        title=entry.title,
        helps=entry.helps,
        web=entry.web,
        check=entry.check,
        careful=entry.careful,
        listed_on=entry.listed_on,
        review_by=_after(entry.listed_on, shelf_life),
        sources=tuple(entry.sources),
        applies=ALWAYS if entry.applies is None else parse_condition(at, entry.applies, (), []),
        states=tuple(entry.states),
        phone=entry.phone,
        phone_checked_on=entry.phone_checked_on,
    )


def letters(pack: Pack) -> tuple[model.Letter, ...]:
    return tuple(_letter(at.entry) for at in pack.letters)


def _letter(entry: LetterEntry) -> model.Letter:
    return model.Letter(
        id=entry.id,
        title=entry.title,
        to=entry.to,
        use_when=entry.use_when,
        dont_add=tuple(entry.dont_add),
        body=tuple(entry.body),
        fits=tuple(entry.fits),
        sources=tuple(entry.sources),
        reviewed_on=entry.reviewed_on,
        review_by=_after(entry.reviewed_on, entry.review_every),
        lawyer_first=entry.lawyer_first,
    )


def prompts(pack: Pack) -> dict[str, model.Prompt]:
    """What staff are told, by the question's id."""
    return {at.entry.id: model.Prompt(**at.entry.model_dump(exclude={"id"})) for at in pack.prompts}


def notice(pack: Pack) -> model.Notice | None:
    if pack.notice is None:
        return None
    entry = pack.notice.entry
    windows = tuple(
        model.Window(w.id, w.who, w.says, w.as_of, _after(w.as_of, entry.shelf_life), tuple(w.sources), w.days)
        for w in entry.windows
    )
    return model.Notice(
        id=entry.id,
        title=entry.title,
        lead=entry.lead,
        zero=entry.zero,
        practice=entry.practice,
        windows=windows,
        first=tuple(entry.first),
        dont=tuple(entry.dont),
        keep=tuple(entry.keep),
        steps=tuple(entry.steps),
        call=tuple(entry.call),
        papers=tuple(model.Paper(**paper.model_dump()) for paper in entry.papers),
        rests_on=entry.rests_on,
        episodes=entry.episodes,
        hope=entry.hope,
        ask_lawyer=tuple(entry.ask_lawyer),
        sources=tuple(entry.sources),
        as_of=entry.as_of,
        stale_after=_after(entry.as_of, entry.shelf_life),
        letter=entry.letter,
    )


def _after(day: date, period: str) -> date:
    return day + timedelta(days=days(period))
