"""The clinic's keys: one small file of fixed slots, each sealed under the clinic's own key.

One slot holds the root, from which lasting keys follow; the others hold generations, which wrap the keys of matters. A
generation is destroyed by overwriting its slot in place, which was measured to leave nothing on a disk, where deleting
a row or a file leaves everything. The file is never part of a backup of the database.
"""

import fcntl
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from threatmodel.sealing.written import KEY_BYTES

SLOTS = 16
SLOT_BYTES = 128
VERSION = 1
EMPTY, ROOT, GENERATION = range(3)
NONCE_BYTES, TAG_BYTES = 12, 16
HEAD_BYTES = 1 + 1 + 8
CONTENT_BYTES = SLOT_BYTES - HEAD_BYTES - NONCE_BYTES - TAG_BYTES
CLINIC_BYTES = 16
PURPOSE = b"threatmodel clinic slot"


class NoGenerations(RuntimeError):
    """The file of the clinic's keys is not there, or is no such file."""


class WrongKey(RuntimeError):
    """The clinic's key does not open the file: another key, or a file that was changed."""


class NoSlot(RuntimeError):
    """Every slot is taken: earlier rotations did not come to their end."""


class Root(NamedTuple):
    """The clinic's id and the secret that its lasting keys follow from."""

    clinic: bytes
    secret: bytes


class Slot(NamedTuple):
    place: int
    kind: int
    number: int
    content: bytes


class Generations:
    """The file, opened anew for every call, so that workers agree and what is destroyed is gone for all of them.

    ``keys`` are tried in turn; new slots are sealed with the last. There are two while the clinic's key is changed.
    When none of them opens a slot, it may be changed at this moment: ``anew`` then looks for the keys once more.
    """

    def __init__(self, path: Path, keys: Iterable[bytes], anew: Callable[[], Iterable[bytes]] | None = None) -> None:
        self._path = path
        self._keys = tuple(keys)
        self._anew = anew

    @classmethod
    def create(cls, path: Path, key: bytes, root: Root, generations: Iterable[tuple[int, bytes]] = ()) -> Self:
        """Make the file, with these generations or a first one. Raises ``FileExistsError``."""
        made = cls(path, [key])
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(descriptor, secrets.token_bytes(SLOTS * SLOT_BYTES), 0)
            for place in range(SLOTS):
                _clear(descriptor, place)
            made._fill(descriptor, 0, ROOT, 0, root.clinic + root.secret)
            found = [*generations] or [(1, secrets.token_bytes(KEY_BYTES))]
            for place, (number, secret) in enumerate(found, 1):
                made._fill(descriptor, place, GENERATION, number, secret)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_directory(path.parent)
        return made

    def held(self) -> tuple[Root, dict[int, bytes]]:
        """The root and every generation by its number, in one reading. Raises ``NoGenerations`` or ``WrongKey``."""
        slots = list(self._slots())
        content = next((slot.content for slot in slots if slot.kind == ROOT), None)
        if content is None:
            raise NoGenerations("The file of the clinic's keys holds no root.")
        root = Root(content[:CLINIC_BYTES], content[CLINIC_BYTES : CLINIC_BYTES + KEY_BYTES])
        return root, {slot.number: slot.content[:KEY_BYTES] for slot in slots if slot.kind == GENERATION}

    def root(self) -> Root:
        """Raises ``NoGenerations`` or ``WrongKey``."""
        return self.held()[0]

    def living(self) -> dict[int, bytes]:
        """Every generation by its number, oldest first."""
        return dict(sorted(self.held()[1].items()))

    def newest(self) -> tuple[int, bytes]:
        living = self.living()
        if not living:
            raise NoGenerations("The file of the clinic's keys holds no generation.")
        return max(living.items())

    def begin(self) -> int:
        """Make a generation and return its number. Call it within ``alone``. Raises ``NoSlot``."""
        number = self.newest()[0] + 1
        with self._file(os.O_RDWR) as descriptor:
            place = next((p for p in range(SLOTS) if os.pread(descriptor, 2, p * SLOT_BYTES)[1] == EMPTY), None)
            if place is None:
                raise NoSlot
            self._fill(descriptor, place, GENERATION, number, secrets.token_bytes(KEY_BYTES))
            os.fsync(descriptor)
        return number

    def destroy(self, number: int) -> None:
        """Overwrite a generation where it lies. What it wrapped opens nowhere any more. Needs no room on the disk."""
        places = [slot.place for slot in self._slots() if slot.kind == GENERATION and slot.number == number]
        with self._file(os.O_RDWR) as descriptor:
            for place in places:
                _clear(descriptor, place)
            os.fsync(descriptor)

    def opened(self) -> tuple[int, int]:
        """How many of the slots these keys open, and how many there are."""
        filled = [slot for slot in self._raw() if slot[1][1] != EMPTY]
        return sum(self._tried(*slot) is not None for slot in filled), len(filled)

    def opens_first(self) -> bool:
        """Whether these keys open the first slot, which holds the root. ``seal_anew`` begins with it."""
        place, raw = next(self._raw())
        return self._tried(place, raw) is not None

    def seal_anew(self, key: bytes) -> None:
        """Seal every slot under another clinic key, in place, within ``alone``. Broken off, it can be done again."""
        self._keys = (*self._keys, key)
        with self._file(os.O_RDWR) as descriptor:
            for slot in self._slots():
                self._fill(descriptor, slot.place, slot.kind, slot.number, slot.content)
                os.fsync(descriptor)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Keep every living generation alive meanwhile: what is wrapped in here is stored before one is destroyed."""
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others from wrapping anything meanwhile, in this process and in others of this host."""
        with self._locked(fcntl.LOCK_EX):
            yield

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        with self._file(os.O_RDONLY) as descriptor:
            fcntl.flock(descriptor, how)
            yield

    @contextmanager
    def _file(self, how: int) -> Iterator[int]:
        try:
            descriptor = os.open(self._path, how | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError as fault:
            raise NoGenerations(f"{self._path} cannot be opened ({fault.strerror}).") from fault
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _slots(self) -> Iterator[Slot]:
        for place, raw in self._raw():
            if raw[1] != EMPTY:
                yield Slot(place, raw[1], int.from_bytes(raw[2:HEAD_BYTES], "big"), self._open(place, raw))

    def _raw(self) -> Iterator[tuple[int, bytes]]:
        with self._file(os.O_RDONLY) as descriptor:
            data = os.pread(descriptor, SLOTS * SLOT_BYTES, 0)
        if len(data) != SLOTS * SLOT_BYTES:
            raise NoGenerations(f"{self._path} is not whole.")
        for place in range(SLOTS):
            raw = data[place * SLOT_BYTES : (place + 1) * SLOT_BYTES]
            if raw[0] != VERSION:
                raise NoGenerations(f"{self._path} is no file of a clinic's keys.")
            yield place, raw

    def _open(self, place: int, raw: bytes) -> bytes:
        content = self._tried(place, raw)
        if content is None and self._anew:
            anew = tuple(self._anew())  # what was read of the file a moment ago may still want those before
            self._keys = (*(key for key in self._keys if key not in anew), *anew)
            content = self._tried(place, raw)
        if content is None:
            raise WrongKey
        return content

    def _tried(self, place: int, raw: bytes) -> bytes | None:
        head, nonce, sealed = raw[:HEAD_BYTES], raw[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES], raw[-CONTENT_BYTES - 16 :]
        for key in self._keys:
            try:
                return AESGCM(key).decrypt(nonce, sealed, PURPOSE + bytes([place]) + head)
            except InvalidTag:
                continue
        return None

    def _fill(self, descriptor: int, place: int, kind: int, number: int, content: bytes) -> None:
        head = bytes([VERSION, kind]) + number.to_bytes(8, "big")
        nonce = secrets.token_bytes(NONCE_BYTES)
        padded = content.ljust(CONTENT_BYTES, b"\0")
        sealed = AESGCM(self._keys[-1]).encrypt(nonce, padded, PURPOSE + bytes([place]) + head)
        os.pwrite(descriptor, head + nonce + sealed, place * SLOT_BYTES)


def _clear(descriptor: int, place: int) -> None:
    os.pwrite(descriptor, bytes([VERSION, EMPTY]) + secrets.token_bytes(SLOT_BYTES - 2), place * SLOT_BYTES)


def sync_directory(directory: Path) -> None:
    """Bring a directory's entries down to the disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
