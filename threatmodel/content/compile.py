"""A checked pack → the engine's questionnaire."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel

from threatmodel.content import compile_help, schema
from threatmodel.content.catalogue import EASY, Untranslated, is_easy, translated, words_of
from threatmodel.content.check import faults_of
from threatmodel.content.check_translation import translation_faults
from threatmodel.content.errors import BrokenPack
from threatmodel.content.pack import Pack, Placed, parse_condition, read_pack
from threatmodel.engine import model
from threatmodel.engine.conditions import ALWAYS, UNSURE, Condition

COMMA = re.compile("[,،，、]")


def load_pack(directory: Path, referrals: Path | None = None) -> model.Questionnaire:
    """Read, check and compile a pack, with ``referrals`` from elsewhere if given.

    Raises ``BrokenPack`` with every fault found; warnings do not count.
    """
    return compile_pack(sound_pack(directory, referrals))


def sound_pack(directory: Path, referrals: Path | None = None) -> Pack:
    """Read and check a pack. Raises ``BrokenPack`` as ``load_pack`` does."""
    pack = read_pack(directory, referrals)
    if faults := [fault for fault in faults_of(pack) if not fault.warning]:
        raise BrokenPack(faults)
    return pack


def compile_in(pack: Pack, lang: str) -> model.Questionnaire:
    """Compile a sound pack with its texts in a language, as far as they are translated.

    Answers, rules and permanent numbers are the same in all of them. Raises ``BrokenPack`` with every fault of the
    translation.
    """
    spoken = dict.fromkeys((lang.removesuffix(EASY), lang))
    if faults := [fault for fault in translation_faults(pack, *spoken) if not fault.warning]:
        raise BrokenPack(faults)
    said = compile_pack(translated(pack, words_of(pack, lang), lang))
    partly = any(isinstance(item.title, Untranslated) for item in (*said.items, *said.vectors))
    translation: model.Translation = "easy" if is_easy(lang) else "partly" if partly else "whole"
    return replace(said, lang=lang, original=compile_pack(pack), translation=translation)


def compile_pack(pack: Pack) -> model.Questionnaire:
    """Compile a pack that has no faults."""
    assert pack.pack
    assert pack.brokers
    head = pack.pack.entry
    return model.Questionnaire(
        version=head.version,
        lang=head.lang,
        title=head.title,
        sections=tuple(model.Section(s.entry.section, s.entry.title, s.entry.intro) for s in pack.sections),
        questions=tuple(
            _question(at, section.entry.section, head.unsure)
            for section in pack.sections
            for at in section.parts("questions", section.entry.questions)
        ),
        gates=tuple(_gate(at) for at in pack.gates),
        vectors=tuple(_vector(at) for at in pack.vectors),
        measures=tuple(_measure(at) for at in pack.measures),
        safeguards=tuple(_safeguard(at) for at in pack.safeguards),
        budget=model.Budget(head.time.question, head.time.today, head.time.soon),
        look_again_days=schema.days(head.look_again),
        steps_by=tuple(head.steps_by),
        facts={at.entry.id: _condition(at, at.entry.when) for at in pack.facts},
        sources={at.entry.id: model.Source(**at.entry.model_dump()) for at in pack.sources},
        instruments={at.entry.id: model.Instrument(**at.entry.model_dump()) for at in pack.instruments},
        cautions={at.entry.id: at.entry.text for at in pack.cautions},
        notes={at.entry.id: at.entry.text for at in pack.notes},
        honest=tuple(head.honest),
        brokers=tuple(model.Broker(**broker.model_dump()) for broker in pack.brokers.entry.brokers),
        brokers_credit=pack.brokers.entry.credit,
        id=head.pack,
        numbers=_numbers(pack),
        referrals=compile_help.referrals(pack),
        letters=compile_help.letters(pack),
        notice=compile_help.notice(pack),
        prompts=compile_help.prompts(pack),
        paper=_paper(pack),
        glossary=tuple(_word(at.entry) for at in pack.glossary),
    )


def _word(entry: schema.WordEntry) -> model.Word:
    forms = [form.strip() for form in COMMA.split(entry.forms) if form.strip()]
    return model.Word(entry.word, tuple(forms) or (entry.word,), entry.means)


def _paper(pack: Pack) -> model.Paper:
    if not pack.paper:
        return model.Paper()
    entry = pack.paper.entry
    return model.Paper(
        everyone=tuple(entry.everyone),
        left_off=entry.left_off,
        card=tuple(
            model.Panel(
                id=panel.id,
                title=panel.title,
                say=panel.say,
                lines=tuple(panel.lines),
                sources=tuple(panel.sources),
                as_of=panel.as_of,
                stale_after=panel.as_of + timedelta(days=schema.days(panel.shelf_life)),
            )
            for panel in entry.panels
        ),
        blanks=tuple(entry.blanks),
    )


def _numbers(pack: Pack) -> model.Numbers:
    if pack.numbers is None:
        return model.Numbers()
    entry = pack.numbers.entry
    retired = {one.id: model.Retired(one.was, one.now) for one in entry.retired}
    return model.Numbers(tuple(entry.answers), tuple(entry.items), retired)


def _condition(at: Placed[BaseModel], data: object) -> Condition:
    return ALWAYS if data is None else parse_condition(at, data, (), [])


def _maybe(at: Placed[schema.VectorEntry] | Placed[schema.MeasureEntry], data: object) -> Condition | None:
    return None if data is None else _condition(at, data)


def _question(at: Placed[schema.QuestionEntry], section: str, unsure: str) -> model.Question:
    entry = at.entry
    return model.Question(
        id=entry.id,
        section=section,
        ask=entry.ask,
        why=entry.why,
        pick=entry.pick,
        options=tuple(model.Option(**option.model_dump()) for option in entry.options),
        unsure=model.Option(UNSURE, unsure, alone=True),
        assume=tuple(entry.assume),
        otherwise=tuple(entry.otherwise),
        asked_if=_condition(at, entry.asked_if),
        hint=entry.hint,
        quick=entry.quick,
        later=entry.later,
        sensitive=entry.sensitive,
    )


def _gate(at: Placed[schema.GateEntry]) -> model.Gate:
    entry = at.entry
    return model.Gate(
        id=entry.id,
        when=_condition(at, entry.when),
        decided_by=tuple(entry.decided_by),
        title=entry.title,
        show=entry.show,
        card=entry.card,
        do=tuple(entry.do),
        dont=tuple(entry.dont),
        note=entry.note,
        ask_first=entry.ask_first,
        blocked=entry.blocked,
        ask_lawyer=tuple(entry.ask_lawyer),
    )


def _vector(at: Placed[schema.VectorEntry]) -> model.Vector:
    entry = at.entry
    high: Condition | None = None
    medium: Condition | None = None
    if isinstance(entry.level, schema.LevelRules):
        high, medium = _maybe(at, entry.level.high), _maybe(at, entry.level.medium)
    elif entry.level == "high":
        high = ALWAYS
    elif entry.level == "medium":
        medium = ALWAYS
    return model.Vector(
        id=entry.id,
        title=entry.title,
        control=entry.control,
        what=entry.what,
        reach=entry.reach,
        since=entry.since,
        sources=tuple(entry.sources),
        reviewed_on=entry.reviewed_on,
        review_by=entry.reviewed_on + timedelta(days=schema.days(entry.review_every)),
        applies=_condition(at, entry.applies),
        high=high,
        medium=medium,
        until=entry.until,
    )


def _measure(at: Placed[schema.MeasureEntry]) -> model.Measure:
    entry = at.entry
    return model.Measure(
        id=entry.id,
        title=entry.title,
        action=entry.action,
        minutes=entry.minutes,
        cost=entry.cost,
        discloses=entry.discloses,
        helps=entry.helps,
        reduces=entry.reduces,
        does_not_reach=tuple(entry.does_not_reach),
        limits=entry.limits,
        steps=entry.steps,
        evidence=entry.evidence,
        sources=tuple(entry.sources),
        reviewed_on=entry.reviewed_on,
        review_by=entry.reviewed_on + timedelta(days=schema.days(entry.review_every)),
        applies=_condition(at, entry.applies),
        priority=entry.priority,
        first_with=tuple(entry.first_with),
        urgent=_maybe(at, entry.urgent),
        before=tuple(entry.before),
        lists_brokers=entry.lists_brokers,
        cautions=tuple(entry.cautions),
        again=entry.again,
        undo=entry.undo,
        when_it_fails=model.WhenItFails(**entry.when_it_fails.model_dump()) if entry.when_it_fails else None,
        until=entry.until,
    )


def _safeguard(at: Placed[schema.SafeguardEntry]) -> model.Safeguard:
    entry = at.entry
    return model.Safeguard(
        id=entry.id,
        title=entry.title,
        control=entry.control,
        statement=entry.statement,
        precise=entry.precise,
        no_setting_changes=entry.no_setting_changes,
        you_can=tuple(entry.you_can),
        authority=tuple(model.Authority(a.instrument, a.at) for a in entry.authority),
        sources=tuple(entry.sources),
        as_of=entry.as_of,
        stale_after=entry.as_of + timedelta(days=schema.days(entry.shelf_life)),
        applies=_condition(at, entry.applies),
        vector=entry.vector,
        confidence=entry.confidence,
        binds=entry.binds,
        states=tuple(entry.states),
        volatile=entry.volatile,
        clinic_only=entry.clinic_only,
        ask_lawyer=tuple(entry.ask_lawyer),
        until=entry.until,
    )
