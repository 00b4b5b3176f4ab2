"""The one pack this server walks with, read once a process."""

from functools import cache

from django.conf import settings

from threatmodel.content.compile import load_pack
from threatmodel.engine.model import Questionnaire


@cache
def questionnaire() -> Questionnaire:
    """The pack named in the settings. Raises ``BrokenPack`` with every fault in it."""
    return load_pack(settings.PACK)
