"""One person's walk: it lives in one sealed cookie and nowhere else."""

import struct
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Self

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from threatmodel.engine.answers import Answers, NotPacked, fingerprint
from threatmodel.engine.flow import Depth
from threatmodel.engine.model import Questionnaire
from threatmodel.sealing.envelope import NotOpened, seal, unseal
from threatmodel.sealing.keyring import GREATEST_WALK_AGE, KeyRing, default_directory
from threatmodel.walkthrough.packs import questionnaire

COOKIE = f"{settings.COOKIE_PREFIX}walk"
DEPTHS: tuple[Depth, ...] = ("quick", "full", "everything")
HEAD = struct.Struct(">8sQBB")
CLOCK_SLACK = 300


class NoWalk(Exception):
    """There is no walk to go on with: none was begun."""


class WalkEnded(NoWalk):
    """There was a walk, and it cannot be opened any more: too old, changed, or its key is gone."""


class QuestionsChanged(NoWalk):
    """The walk was made with another set of questions, so its answers could mean something else now."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Answers, how deep the walk goes, when it began (seconds since 1970), and whether its end was once reached."""

    answers: Answers
    depth: Depth
    begun: int
    checked: bool = False

    @classmethod
    def begin(cls, pack: Questionnaire, depth: Depth) -> Self:
        return cls(Answers(pack), depth, _now())

    def answer(self, question: str, options: list[str]) -> Self:
        """Replace one answer. Raises ``UnknownAnswer`` or ``NotTogether``."""
        return replace(self, answers=self.answers.choose(question, options))

    def seal_into(self, response: HttpResponseBase) -> None:
        """Put the walk into its cookie. The cookie has one size whatever the answers, and ends with the browser."""
        head = HEAD.pack(
            fingerprint(self.answers.questionnaire), self.begun, DEPTHS.index(self.depth), int(self.checked)
        )
        response.set_cookie(
            COOKIE,
            seal(head + self.answers.pack(), key_ring(), _now()),
            secure=settings.HTTPS,
            httponly=True,
            samesite="Strict",
        )


def walk_of(request: HttpRequest) -> Walk:
    """Open the walk that came with a request. Raises ``NoWalk``, ``WalkEnded`` or ``QuestionsChanged``."""
    sealed = request.COOKIES.get(COOKIE)
    if sealed is None:
        raise NoWalk
    now = _now()
    try:
        content = unseal(sealed, key_ring(), now)
        print_, begun, depth, checked = HEAD.unpack_from(content)
    except (NotOpened, struct.error) as fault:
        raise WalkEnded from fault
    if not -CLOCK_SLACK <= now - begun < GREATEST_WALK_AGE:
        raise WalkEnded
    pack = questionnaire()
    try:
        if print_ != fingerprint(pack):
            raise NotPacked
        return Walk(Answers.unpack(pack, content[HEAD.size :]), DEPTHS[depth], begun, bool(checked))
    except (NotPacked, IndexError) as fault:
        raise QuestionsChanged from fault


def forget(response: HttpResponseBase) -> None:
    """Tell the browser to drop the walk."""
    response.delete_cookie(COOKIE, samesite="Strict")
    if settings.HTTPS:
        response.cookies[COOKIE]["secure"] = True


@cache
def key_ring() -> KeyRing:
    """The ring of this host. Raises ``RuntimeError`` where no directory in memory is found."""
    return KeyRing(Path(settings.KEY_DIRECTORY) if settings.KEY_DIRECTORY else default_directory())


def _now() -> int:
    return int(time.time())
