"""What the fuzzer runs: each target takes any bytes, and may refuse them in its own words and in no others.

A target's seeds are whole examples to begin from, since nothing random gets past a seal or a checksum.
"""

import time
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import NamedTuple

from django.test import Client

from threatmodel.documents.packs import questionnaire, sample_plans
from threatmodel.documents.record import NotARecord, Record, read_record
from threatmodel.documents.since import since_view
from threatmodel.engine.answers import Answers, NotPacked
from threatmodel.engine.marks import Marks, NotMarks
from threatmodel.engine.snapshot import Snapshot
from threatmodel.sealing import passphrase
from threatmodel.sealing.envelope import CONTENT_BYTES, NotOpened, seal, unseal
from threatmodel.walkthrough.walk import COOKIE, HEAD, NoWalk, fingerprint, key_ring, walk_of

DAY = date(2026, 11, 23)
PACK = questionnaire()
EXAMPLE = sample_plans()["notice-from-a-platform"].answers
MARKS = Marks(PACK).set(PACK.measures[0].id, "later")
THEN = Snapshot.take(EXAMPLE, DAY)
RECORD = Record.keep(EXAMPLE, MARKS, DAY).pack()
SEALED = passphrase.seal_with("correct horse battery", RECORD)
WALK = EXAMPLE.pack() + MARKS.pack() + THEN.pack()
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=B"
NO_PLAN = (passphrase.NotSealed, passphrase.Damaged, passphrase.NewerSeal)


class Target(NamedTuple):
    """What to run with bytes, and examples of bytes."""

    run: Callable[[bytes], None]
    seeds: tuple[bytes, ...]


def envelope(sent: bytes) -> None:
    """The cookie's text, as it comes in."""
    try:
        unseal(sent.decode("latin-1"), key_ring(), int(time.time()))
    except NotOpened:
        return


def walk(content: bytes) -> None:
    """What is in the cookie, had somebody the key: a head of now, and any content."""
    now = int(time.time())
    head = HEAD.pack(fingerprint(PACK), now, now, *(content[:2].ljust(2, b"\0")))
    sealed = seal((head + content[2:])[: CONTENT_BYTES - 2], key_ring(), now)
    try:
        opened = walk_of(SimpleNamespace(COOKIES={COOKIE: sealed}))
    except NoWalk:
        return
    assert opened.answers.pack() + opened.marks.pack() + opened.then == content[2:]


def sealed_text(sent: bytes) -> None:
    """A text that is said to be a kept plan. The whole example would be opened at the price of its passphrase."""
    text = sent.decode("utf-8", "replace")
    try:
        passphrase._parts("".join(text.split()))
    except NO_PLAN:
        return


def sealed_bytes(sent: bytes) -> None:
    """The same with the checksum made right, which random changes never do."""
    try:
        head, rest = passphrase._parts(passphrase._text(sent + passphrase._check(sent)))
    except NO_PLAN:
        return
    assert head + rest == sent


def record(packed: bytes) -> None:
    """What a kept plan holds."""
    try:
        read = read_record(PACK, packed)
    except NotARecord:
        return
    assert read_record(PACK, read.pack()).marks == read.marks


def answers(packed: bytes) -> None:
    try:
        assert Answers.unpack(PACK, packed).pack() == packed
    except NotPacked:
        return


def marks(packed: bytes) -> None:
    try:
        assert Marks.unpack(PACK, packed).pack() == packed
    except NotMarks:
        return


def snapshot(packed: bytes) -> None:
    try:
        read = Snapshot.unpack(PACK, packed)
    except NotPacked:
        return
    assert Snapshot.unpack(PACK, read.pack()) == read


def changes(packed: bytes) -> None:
    """What the page says that has changed since a snapshot of any day and any standings. Slow: it makes three plans."""
    try:
        since_view(Snapshot.unpack(PACK, packed), EXAMPLE, DAY)
    except NotPacked:
        return


def open_form(sent: bytes) -> None:
    """The whole way of a form that is sent to open a plan; the first byte says of which kind it is."""
    kind = PARTS if sent[:1] == b"m" else FORM
    response = Client(enforce_csrf_checks=False).generic("POST", "/open/", sent[1:], kind)
    assert response.status_code in (200, 302, 400, 422), response.status_code


def parts(*named: tuple[str, str]) -> bytes:
    """A form of many parts, as browsers send it."""
    body = "".join(f"--B\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in named)
    return f"m{body}--B--\r\n".encode()


TARGETS = {
    "envelope": Target(envelope, (seal(WALK, key_ring(), int(time.time())).encode(), b"AAAA", b"")),
    "walk": Target(walk, (b"\1\1" + WALK, b"\0\0" + WALK[: -len(THEN.pack())], b"")),
    "sealed_text": Target(
        sealed_text, (SEALED.encode(), SEALED[:80].encode(), f"{SEALED[:64]}\n{SEALED[64:]}".encode())
    ),
    "sealed_bytes": Target(sealed_bytes, (b"tm\1" + bytes(60), b"tm\2", b"")),
    "record": Target(record, (RECORD, RECORD[:30], b"\1", b"")),
    "answers": Target(answers, (EXAMPLE.pack(), bytes(len(EXAMPLE.pack())), b"")),
    "marks": Target(marks, (MARKS.pack(), b"\xff" * len(MARKS.pack()), b"")),
    "snapshot": Target(snapshot, (THEN.pack(), bytes(len(THEN.pack())), b"")),
    "changes": Target(changes, (THEN.pack(), bytes(len(THEN.pack())))),
    "open_form": Target(
        open_form,
        (
            b"utext=abc&passphrase=correct",
            parts(('name="text"', SEALED[:90]), ('name="file"; filename="x"', "y"), ('name="passphrase"', "z")),
            b"",
        ),
    ),
}
