"""Hooks the checks of a start into ``manage.py check``."""

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register

from threatmodel.start import faults


class Walkthrough(AppConfig):
    name = "threatmodel.walkthrough"

    def ready(self) -> None:
        register(unsafe_settings, Tags.security, deploy=True)


def unsafe_settings(**_: object) -> list[CheckMessage]:
    """Every setting with which the server would not start."""
    return [Error(sentence, id="threatmodel.E001") for sentence in faults()]
