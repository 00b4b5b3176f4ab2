"""The packs of questions this server has, each read once a process, and compiled once in each language it speaks.

Walks use the one named in the settings; a clinic may choose another that lies beside it.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

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


def questionnaire_in(lang: str, name: str = "") -> Questionnaire:
    """A pack in one of the site's languages. Raises ``BrokenPack``, or ``KeyError`` for one that is not here."""
    return _compiled(pack_names()[name] if name else settings.PACK, lang)


@cache
def _compiled(directory: Path, lang: str) -> Questionnaire:
    pack = _pack(directory)
    assert pack.pack  # noqa: S101  it is sound
    return compile_pack(pack) if lang == pack.pack.entry.lang else compile_in(pack, lang)


def pack_names() -> Mapping[str, Path]:
    """The packs that lie beside the one of the settings, and that one first, by the names of their directories."""
    others = sorted(file.parent for file in settings.PACK.parent.glob("*/pack.yaml"))
    return {path.name: path for path in dict.fromkeys((settings.PACK, *others))}


@cache
def _pack(directory: Path) -> Pack:
    return sound_pack(directory, settings.REFERRALS)


def sample_plans() -> Mapping[str, Sample]:
    """The pack's worked examples by id, in the language of the request."""
    return _samples(get_language() or settings.LANGUAGE_CODE)


@cache
def _samples(lang: str) -> Mapping[str, Sample]:
    return {sample.id: sample for sample in samples(settings.PACK, questionnaire_in(lang))}
