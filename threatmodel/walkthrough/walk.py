"""One person's walk: it lives in one sealed cookie and nowhere else."""

import struct
import time
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate, pairwise
from typing import Self

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from threatmodel.documents.packs import questionnaire
from threatmodel.engine.answers import Answers, NotPacked, fingerprint, packed_size
from threatmodel.engine.flow import Depth
from threatmodel.engine.marks import Marks, NotMarks, marks_size
from threatmodel.engine.model import Questionnaire
from threatmodel.engine.snapshot import Snapshot, snapshot_size
from threatmodel.sealing.envelope import NotOpened, seal, unseal
from threatmodel.sealing.key_file import FileRing
from threatmodel.sealing.keyring import CLOCK_SLACK, GREATEST_WALK_AGE, KeyRing

COOKIE = f"{settings.COOKIE_PREFIX}walk"
DEPTHS: tuple[Depth, ...] = ("quick", "full", "everything")
HEAD = struct.Struct(">8sQQBB")
# A walk ends when no page of it was asked for this long. Between two seals lies at most the second figure, so that a
# page need not be sealed anew for every look at it.
IDLE_LIMIT = 45 * 60
SEAL_AGAIN_AFTER = 60


class NoWalk(Exception):
    """There is no walk to go on with: none was begun."""


class WalkEnded(NoWalk):
    """There was a walk that cannot be opened any more: idle, too old, changed, or its key gone. Which, is not said."""


class QuestionsChanged(NoWalk):
    """The walk was made with another set of questions, so its answers could mean something else now."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Answers, how deep the walk goes, when it began (seconds since 1970), and whether its end was once reached.

    ``marks`` are what the person noted on their plan; ``then``, packed, what a plan they kept and opened again said.
    ``seen`` is when it was sealed last, and counts nothing before it was.
    """

    answers: Answers
    depth: Depth
    begun: int
    marks: Marks
    checked: bool = False
    then: bytes = b""
    seen: int = field(default=0, compare=False)

    @classmethod
    def begin(cls, pack: Questionnaire, depth: Depth) -> Self:
        return cls(Answers(pack), depth, _now(), Marks(pack))

    @classmethod
    def resume(cls, answers: Answers, marks: Marks, then: Snapshot) -> Self:
        """Go on with what a sealed file held."""
        return cls(answers, "full", _now(), marks, checked=True, then=then.pack())

    @property
    def snapshot(self) -> Snapshot | None:
        """What the plan that was opened again said. Raises ``NotPacked`` where the questions have changed since."""
        return Snapshot.unpack(self.answers.questionnaire, self.then) if self.then else None

    def answer(self, question: str, options: list[str]) -> Self:
        """Replace one answer. Raises ``UnknownAnswer`` or ``NotTogether``."""
        return replace(self, answers=self.answers.choose(question, options))

    @property
    def seconds_left(self) -> int:
        """How long the walk can still last, however often it is renewed."""
        return max(0, self.begun + GREATEST_WALK_AGE - _now())

    @property
    def is_due(self) -> bool:
        """Whether it was sealed so long ago that a mere look at a page should seal it again."""
        return _now() - self.seen >= SEAL_AGAIN_AFTER

    def seal_into(self, response: HttpResponseBase) -> None:
        """Put the walk into its cookie, seen now. It has one size whatever the answers, and ends with the browser."""
        pack, now = self.answers.questionnaire, _now()
        head = HEAD.pack(fingerprint(pack), self.begun, now, DEPTHS.index(self.depth), int(self.checked))
        response.set_cookie(
            COOKIE,
            seal(head + self.answers.pack() + self.marks.pack() + self.then, key_ring(), now),
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
        print_, begun, seen, depth, checked = HEAD.unpack_from(content)
    except (NotOpened, struct.error) as fault:
        raise WalkEnded from fault
    if not (-CLOCK_SLACK <= now - begun < GREATEST_WALK_AGE and -CLOCK_SLACK <= now - seen < IDLE_LIMIT):
        raise WalkEnded
    pack = questionnaire()
    try:
        if print_ != fingerprint(pack):
            raise NotPacked
        answers, marks, then = _cut(content[HEAD.size :], packed_size(pack), marks_size(pack))
        if len(then) not in (0, snapshot_size(pack)):
            raise NotPacked
        marked = Marks.unpack(pack, marks)
        return Walk(Answers.unpack(pack, answers), DEPTHS[depth], begun, marked, bool(checked), then, seen)
    except (NotPacked, NotMarks, IndexError) as fault:
        raise QuestionsChanged from fault


def _cut(content: bytes, *sizes: int) -> list[bytes]:
    """Pieces of these sizes, and the rest."""
    places = [0, *accumulate(sizes), len(content)]
    return [content[start:end] for start, end in pairwise(places)]


def forget(response: HttpResponseBase) -> None:
    """Tell the browser to drop the walk."""
    response.delete_cookie(COOKIE, samesite="Strict")
    if settings.HTTPS:
        response.cookies[COOKIE]["secure"] = True


@cache
def key_ring() -> KeyRing:
    """The ring of this host, or the one it shares with others. Raises ``RingUnfit`` where keys must not lie there."""
    if settings.KEY_RING:
        # A server for itself alone needs no client of a key server.
        from threatmodel.sealing.key_server import ServerRing

        return ServerRing(settings.KEY_RING)
    return FileRing(settings.KEY_DIRECTORY, on_disk=settings.KEYS_ON_DISK)


def _now() -> int:
    return int(time.time())
