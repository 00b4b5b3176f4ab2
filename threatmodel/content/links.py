"""Every address of a source, an instrument or a referral; asks the network about them only when told to."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from threatmodel.engine.model import Questionnaire

SECONDS = 10
AT_ONCE = 8


class Reply(NamedTuple):
    """What an address answered; ``status`` is 0 when nothing did."""

    url: str
    status: int
    said: str

    @property
    def found(self) -> bool:
        return 200 <= self.status < 300


def links(questionnaire: Questionnaire) -> tuple[str, ...]:
    """Each address once, sorted. An instrument may have none."""
    urls = {source.url for source in questionnaire.sources.values()}
    urls |= {instrument.url for instrument in questionnaire.instruments.values()}
    urls |= {referral.web for referral in questionnaire.referrals}
    return tuple(sorted(urls - {""}))


def ask_all(urls: Iterable[str], seconds: float = SECONDS) -> Iterator[Reply]:
    """Ask every address, a few at once, and give the replies in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(lambda url: ask(url, seconds), urls)


def ask(url: str, seconds: float = SECONDS) -> Reply:
    """Ask one address with HEAD, and with GET when that finds nothing: some servers refuse HEAD. Never raises."""
    if not url.startswith(("https://", "http://")):
        return Reply(url, 0, "not an address of the web")
    reply = _ask(url, "HEAD", seconds)
    return reply if reply.found else _ask(url, "GET", seconds)


def _ask(url: str, method: str, seconds: float) -> Reply:
    request = Request(url, method=method, headers={"User-Agent": "content-links/1"})  # noqa: S310 (web only, see above)
    try:
        with urlopen(request, timeout=seconds) as response:  # noqa: S310
            return Reply(url, response.status, response.reason)
    except HTTPError as refusal:
        with refusal:
            return Reply(url, refusal.code, refusal.reason)
    except (OSError, HTTPException, ValueError) as problem:
        return Reply(url, 0, str(getattr(problem, "reason", problem)) or type(problem).__name__)
