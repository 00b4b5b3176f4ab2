"""The one pack this server walks with, read once a process."""

from collections.abc import Mapping
from functools import cache

from django.conf import settings

from threatmodel.content.compile import load_pack
from threatmodel.content.examples import Sample, samples
from threatmodel.engine.model import Questionnaire


@cache
def questionnaire() -> Questionnaire:
    """The pack named in the settings. Raises ``BrokenPack`` with every fault in it."""
    return load_pack(settings.PACK, settings.REFERRALS)


@cache
def sample_plans() -> Mapping[str, Sample]:
    """The pack's worked examples by id."""
    return {sample.id: sample for sample in samples(settings.PACK, questionnaire())}
