"""Whoever takes the clinic's database, or its whole disk while it is locked, finds nothing of any client."""

import base64
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from html import unescape
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.clinic.databases import VENDORS, postgresql
from tests.promises.clinic_site import Seat, Site, clinic_site, unfounded

ALIAS, SOUGHT = "zanzibar lantern 41", "quetzal harbor 77"
NOTE, COMMENT = "the wombat canary was noted", "the narwhal canary was remarked"
BUCKETS = {1024, 4096, 16384, 65536}
CHUNK = 1 << 22


class Night(NamedTuple):
    """A clinic's night that is over: what was typed, answered, shown and held in a cookie during it."""

    site: Site
    canaries: dict[str, bytes]
    matter: str


@pytest.fixture(scope="module", params=VENDORS)
def night(request, tmp_path_factory) -> Night:
    site = clinic_site(tmp_path_factory.mktemp("dump"), request.param)
    codes = site.run(recovery_codes)
    with site.served() as server:
        vera, leo = site.seat(server, "Vera"), site.seat(server, "Leo")
        matter = vera.new(ALIAS)
        answers = answered(vera, matter)
        revision = int(vera.get(matter).field("revision"))
        assert vera.note(matter, revision, NOTE).status == 302
        assert vera.post("/clinic/", alias=SOUGHT).status == 200
        assert vera.post(f"{matter}review/ask/", revision=revision + 1).status == 302
        page = leo.get(f"{matter}review/")
        field = re.search(r'name="(comment-[^"]+)"', page.text)
        sent = {"revision": revision + 2, field[1]: COMMENT}
        assert leo.post(f"{matter}review/texts/", **sent).status == 302
        seen = vera.get(matter)
        assert ALIAS in unescape(seen.text)
        assert NOTE in unescape(seen.text)
        assert COMMENT in unescape(leo.get(f"{matter}review/").text)
    typed = {"alias": ALIAS, "sought": SOUGHT, "note": NOTE, "comment": COMMENT}
    secret = {f"session of {name}": value for name, value in site.sessions.items()}
    secret |= {f"code {place}": code for place, code in enumerate(codes)}
    secret |= {f"token {place}": one for place, one in enumerate({vera.cookies.get("form", ""), vera.token} - {""})}
    canaries = typed | secret | {f"answer {id_}": id_ for id_ in answers}
    return Night(site, {name: text.encode() for name, text in canaries.items()}, matter)


def answered(seat: Seat, matter: str) -> list[str]:
    """Answer all that two sections ask with their last options. Returns question and option ids long enough to find."""
    given: dict[str, list[str]] = {}
    for number in (1, 2):
        page = seat.get(f"{matter}section/{number}/")
        fields: dict[str, list[str]] = {}
        for name, value in re.findall(r'<input[^>]*?name="(answer-[^"]+)"[^>]*?value="([^"]+)"', page.text):
            fields[name] = [value]
        assert fields, "the section asks something"
        sent = seat.post(f"{matter}section/{number}/", revision=page.field("revision"), **fields)
        assert sent.status == 302, sent.heading
        given |= fields
    ids = {one for name, values in given.items() for one in (name.removeprefix("answer-"), *values)}
    telling = [one for one in ids if len(one) >= 10 and "-" in one]
    assert telling, "ids that stand in a file by no accident"
    return telling


def recovery_codes() -> list[str]:
    from threatmodel.clinic.accounts.factors import new_recovery_codes
    from threatmodel.clinic.models import Staff

    return new_recovery_codes(Staff.objects.get(name="Vera"))


def dumped() -> dict[str, object]:
    """The whole database as text, and what its matters show of themselves."""
    from tests.clinic.dump import everything
    from threatmodel.clinic.models import Matter

    rows = Matter.objects.all()
    return {
        "everything": base64.b64encode(everything()).decode(),
        "lengths": [len(bytes(row.sealed)) for row in rows],
        "ids": [[row.id.version, row.id.hex] for row in rows],
        "days": [type(day).__name__ for row in rows for day in (row.used_on, row.keep_until)],
    }


def flushed() -> bool:
    """Have a PostgreSQL write down all that it holds in memory."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CHECKPOINT")
    return True


def disk(site: Site) -> list[Path]:
    """Every file that whoever takes the machine finds of this clinic, its database's own and their logs included."""
    roots = [site.clinic]
    if site.vendor == "postgresql":
        site.run(flushed)
        roots.append(cluster())
    return [path for root in roots for path in root.rglob("*") if path.is_file() and not path.is_symlink()]


def cluster() -> Path:
    """Where the tests' PostgreSQL has its files."""
    import psycopg

    with psycopg.connect(postgresql()) as line:
        return Path(line.execute("SHOW data_directory").fetchone()[0])


def pieces(path: Path, overlap: int) -> Iterator[bytes]:
    """The bytes of a file that may be large, each piece with the end of the one before; of one that went, nothing."""
    tail = b""
    with suppress(FileNotFoundError), path.open("rb") as file:
        while part := file.read(CHUNK):
            yield tail + part
            tail = part[-overlap:]


def found_in(files: list[Path], words: dict[str, bytes]) -> set[tuple[str, str]]:
    """Which words stand in which files."""
    longest = max(map(len, words.values()))
    found = set()
    for path in files:
        for piece in pieces(path, longest):
            found |= {(name, path.name) for name, word in words.items() if word in piece}
    return found


def test_a_dump_of_the_database_holds_nothing_of_what_was_typed_answered_or_handed_out(night):
    """P9: neither alias nor note, comment, answer or searched word; no session, token or code that still works."""
    found = base64.b64decode(night.site.run(dumped)["everything"])

    assert night.matter.split("/")[-2].replace("-", "").encode() in found, "the search finds what is there"
    assert {name for name, word in night.canaries.items() if word in found} == set()
    bare = {name: word.replace(b"-", b"") for name, word in night.canaries.items() if name.startswith("code")}
    assert {name for name, word in bare.items() if word in found} == set()


def test_no_file_of_the_database_holds_it_either(night):
    """P9: nor the database's own files, its journals and logs, nor any other file of the clinic."""
    files = disk(night.site)
    id_ = night.matter.split("/")[-2]
    shown = {"as bytes": bytes.fromhex(id_.replace("-", "")), "as text": id_.replace("-", "").encode()}

    assert found_in(files, shown), "the search finds what is there"
    assert found_in(files, night.canaries) == set()


def test_what_lies_beside_the_sealed_says_nothing(night):
    """P8: ids are random, days are days, lengths are of four sizes."""
    shown = night.site.run(dumped)

    assert set(shown["lengths"]) <= BUCKETS
    assert {version for version, _ in shown["ids"]} == {4}
    assert set(shown["days"]) == {"date"}


def found_typed() -> str:
    """A clinic whose key is typed in after each start, with a matter. Returns the key as it is written down."""
    from django.core.management import call_command

    from tests.clinic.making import contents
    from threatmodel.clinic import matters
    from threatmodel.clinic.founding import found
    from threatmodel.clinic.models import Staff

    call_command("migrate", verbosity=0)
    key = found(typed_key=True).key
    matters.create(Staff.objects.create("Vera", "volunteer"), contents(ALIAS))
    return key


def opens() -> str:
    """What comes of trying to open every matter: the aliases, or the kind of refusal."""
    from threatmodel.clinic import matters
    from threatmodel.clinic.keys import KeysUnfit, Locked
    from threatmodel.clinic.models import Matter

    try:
        return " ".join(matters.unsealed(row).contents.alias for row in Matter.objects.all())
    except (Locked, KeysUnfit) as fault:
        return type(fault).__name__


def looks_like(key: str) -> dict[str, bytes]:
    """The key in every form in which a program would write it."""
    from threatmodel.sealing.written import read_key

    raw, plain = read_key(key), key.replace("-", "")
    return {
        "raw": raw,
        "as written": key.encode(),
        "without dashes": plain.encode(),
        "small": plain.lower().encode(),
        "hexadecimal": raw.hex().encode(),
        "base64": base64.b64encode(raw)[:40],
        "for addresses": base64.urlsafe_b64encode(raw)[:40],
        "the other way round": raw[::-1],
    }


@pytest.mark.parametrize("vendor", VENDORS)
def test_whoever_takes_a_machine_that_is_off_opens_nothing(vendor, tmp_path):
    """P14: with a typed key, the disk and the database are not enough: the key is nowhere on them."""
    site = unfounded(tmp_path, vendor)
    key = site.run(found_typed)
    memory = Path(site.environment["THREATMODEL_KEY_DIRECTORY"])
    assert site.run(opens) == ALIAS
    assert found_in(list(memory.iterdir()), looks_like(key)), "the search finds it where it is"

    for path in memory.iterdir():  # the machine is switched off
        path.unlink()

    assert site.run(opens) == "Locked"
    files = disk(site) + [path for path in tmp_path.rglob("*") if path.is_file()]
    assert found_in(files, looks_like(key)) == set()
    shutil.rmtree(memory)
