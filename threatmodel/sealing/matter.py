"""A matter's envelope: AES-256-GCM under a key of its own, filled up to one of four sizes, bound to what it belongs to.

The matter's key is itself wrapped by a generation of the clinic's keys. Nothing is compressed, since lengths tell.
"""

import hmac
from hashlib import sha256
from os import urandom
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from threatmodel.sealing.written import KEY_BYTES

KIB = 1024
BUCKETS = (1 * KIB, 4 * KIB, 16 * KIB, 64 * KIB)
VERSION = b"\x01"
NONCE_BYTES, TAG_BYTES, LENGTH_BYTES = 12, 16, 4
AROUND = len(VERSION) + NONCE_BYTES + LENGTH_BYTES + TAG_BYTES
LARGEST = BUCKETS[-1] - AROUND
INDEX_BYTES = 16
# One key seals at most this many revisions; then the matter gets another (random nonces of 96 bits).
REVISIONS_A_KEY = 2**20


class NotOpened(ValueError):
    """A sealed matter that this key does not open, or that was changed, cut, or belongs to something else."""


class TooLarge(ValueError):
    """More content than the largest size holds."""


class Bound(NamedTuple):
    """What an envelope belongs to: it opens as nothing else. ``clinic`` and ``matter`` are 16 bytes each."""

    clinic: bytes
    matter: bytes
    schema: int
    revision: int

    def text(self) -> bytes:
        return b"".join(
            (b"threatmodel matter", self.clinic, self.matter, self.schema.to_bytes(2), self.revision.to_bytes(8))
        )


def new_key() -> bytes:
    return urandom(KEY_BYTES)


def seal(content: bytes, key: bytes, bound: Bound) -> bytes:
    """Seal into exactly 1, 4, 16 or 64 KiB. Raises ``TooLarge``."""
    size = next((bucket for bucket in BUCKETS if len(content) + AROUND <= bucket), None)
    if size is None:
        raise TooLarge(f"{len(content)} bytes of at most {LARGEST}")
    nonce = urandom(NONCE_BYTES)
    padded = len(content).to_bytes(LENGTH_BYTES) + content + bytes(size - AROUND - len(content))
    return VERSION + nonce + AESGCM(key).encrypt(nonce, padded, VERSION + bound.text())


def unseal(sealed: bytes, key: bytes, bound: Bound) -> bytes:
    """Open what ``seal`` made. Raises ``NotOpened`` for anything else."""
    if len(sealed) not in BUCKETS or sealed[:1] != VERSION:
        raise NotOpened
    try:
        padded = AESGCM(key).decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], VERSION + bound.text())
    except InvalidTag as fault:
        raise NotOpened from fault
    return padded[LENGTH_BYTES : LENGTH_BYTES + int.from_bytes(padded[:LENGTH_BYTES])]


def wrap(key: bytes, generation: bytes, number: int, clinic: bytes, matter: bytes) -> bytes:
    """A matter's key under a generation, bound to both."""
    nonce = urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(generation).encrypt(nonce, key, _wrapping(number, clinic, matter))


def unwrap(wrapped: bytes, generation: bytes, number: int, clinic: bytes, matter: bytes) -> bytes:
    """Undo ``wrap``. Raises ``NotOpened``."""
    if wrapped[:1] != VERSION or len(wrapped) != 1 + NONCE_BYTES + KEY_BYTES + TAG_BYTES:
        raise NotOpened
    nonce, sealed = wrapped[1 : 1 + NONCE_BYTES], wrapped[1 + NONCE_BYTES :]
    try:
        return AESGCM(generation).decrypt(nonce, sealed, _wrapping(number, clinic, matter))
    except InvalidTag as fault:
        raise NotOpened from fault


def _wrapping(number: int, clinic: bytes, matter: bytes) -> bytes:
    return b"".join((b"threatmodel matter key", VERSION, clinic, matter, number.to_bytes(8)))


def derive(root: bytes, purpose: str) -> bytes:
    """A lasting key of the clinic for one purpose (HKDF with SHA-256)."""
    return HKDF(SHA256(), KEY_BYTES, None, f"threatmodel clinic {purpose}".encode()).derive(root)


def keyed(key: bytes, text: bytes) -> bytes:
    """16 bytes by which a text is found again by whoever has the key, and by nobody else."""
    return hmac.digest(key, text, sha256)[:INDEX_BYTES]
