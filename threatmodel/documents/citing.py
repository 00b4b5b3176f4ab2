"""Sources numbered in the order in which a page or paper cites them."""

from collections.abc import Iterable
from dataclasses import dataclass

from threatmodel.engine.model import Questionnaire


@dataclass(frozen=True, slots=True)
class Cited:
    """A source with its number on this page or paper."""

    number: int
    title: str
    publisher: str
    date: str
    url: str
    seen: str


class Citations:
    def __init__(self, pack: Questionnaire) -> None:
        self._pack = pack
        self._numbers: dict[str, int] = {}

    def cite(self, sources: Iterable[str]) -> tuple[int, ...]:
        """The numbers of these sources; new ones get the next numbers."""
        return tuple(sorted(self._numbers.setdefault(source, len(self._numbers) + 1) for source in sources))

    def cited(self, only: Iterable[str] | None = None) -> tuple[Cited, ...]:
        """Every source cited so far, or of these ``only``."""
        wanted = self._numbers.items() if only is None else sorted((id_, self._numbers[id_]) for id_ in only)
        known = ((number, self._pack.sources[id_]) for id_, number in wanted)
        return tuple(Cited(number, s.title, s.publisher, s.date, s.url, s.seen) for number, s in known)
