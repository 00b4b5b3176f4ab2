"""The one pack this server walks with, read once a process, and compiled once in each language it speaks."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings
from django.utils.translation import get_language

from threatmodel.content.compile import compile_in, compile_pack, sound_pack
from threatmodel.content.examples import Sample, samples
from threatmodel.content.pack import Pack
from threatmodel.engine.model import Questionnaire


def questionnaire() -> Questionnaire:
    """The pack named in the settings, in the language of the request. Raises ``BrokenPack`` with every fault in it."""
    return questionnaire_in(get_language() or settings.LANGUAGE_CODE)


def in_every_language() -> None:
    """Read the pack in each language that is switched on. Raises ``BrokenPack``."""
    for lang, _ in settings.LANGUAGES:
        questionnaire_in(lang)


@cache
def questionnaire_in(lang: str) -> Questionnaire:
    """The pack in one of the site's languages. Raises ``BrokenPack``."""
    pack = _pack()
    assert pack.pack  # noqa: S101  it is sound
    return compile_pack(pack) if lang == pack.pack.entry.lang else compile_in(pack, lang)


@cache
def _pack() -> Pack:
    return sound_pack(settings.PACK, settings.REFERRALS)


def sample_plans() -> Mapping[str, Sample]:
    """The pack's worked examples by id, in the language of the request."""
    return _samples(get_language() or settings.LANGUAGE_CODE)


@cache
def _samples(lang: str) -> Mapping[str, Sample]:
    return {sample.id: sample for sample in samples(settings.PACK, questionnaire_in(lang))}
