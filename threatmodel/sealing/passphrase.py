"""What a person seals with a passphrase of their own: Argon2id, then AES-256-GCM-SIV. Nothing of it stays here.

Text in base64url: mark and version, salt, nonce, ciphertext, and a checksum, so that a cut or mistyped text is told
from a wrong passphrase. The checksum is over what is sealed and says nothing about what is in it.
"""

import unicodedata
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from binascii import crc32
from os import urandom
from secrets import choice
from threading import Lock

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

MARK = b"tm"
VERSION = 1
PURPOSE = b"threatmodel sealed file"
SALT_BYTES = 16
NONCE_BYTES = 12
CHECK_BYTES = 4
TAG_BYTES = 16
HEAD_BYTES = len(MARK) + 1 + SALT_BYTES + NONCE_BYTES
LONGEST_TEXT = 8192
SHORTEST = 12
LONGEST = 256
# Crockford's letters: none can be taken for another when written by hand.
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
# OpenSSL has one pool of threads for a process: a second derivation beside the first fails, as if memory were short.
# Nobody waits for the first to end, or a few who wait would hold every thread that makes pages.
_one_at_a_time = Lock()


class NotSealed(ValueError):
    """A text that no version of this program sealed."""


class Damaged(ValueError):
    """A sealed text with a part missing or changed."""


class NewerSeal(ValueError):
    """A text sealed by a later version of this program."""


class WrongPassphrase(ValueError):
    """A sealed text that this passphrase does not open."""


class OneAtATime(Exception):
    """Somebody else's passphrase is being worked on in this process. Nothing was begun."""


class BadPassphrase(ValueError):
    """A passphrase too short or too long to seal with."""


def suggest() -> str:
    """A passphrase of 75 random bits that can be written by hand, as in "k7m2p-9qx4t-0hdwe"."""
    return "-".join("".join(choice(LETTERS) for _ in range(5)) for _ in range(3))


def seal_with(passphrase: str, content: bytes) -> str:
    """Seal content into text whose length follows from the content's. Raises ``BadPassphrase``."""
    if not SHORTEST <= len(_plain(passphrase)) <= LONGEST:
        raise BadPassphrase
    salt, nonce = urandom(SALT_BYTES), urandom(NONCE_BYTES)
    head = MARK + bytes([VERSION]) + salt + nonce
    sealed = head + AESGCMSIV(_key(passphrase, salt)).encrypt(nonce, content, PURPOSE + head)
    return _text(sealed + _check(sealed))


def unseal_with(passphrase: str, text: str) -> bytes:
    """Open what ``seal_with`` made; white space in the text does not count.

    Raises ``NotSealed``, ``NewerSeal``, ``Damaged`` or ``WrongPassphrase``, in this order.
    """
    head, sealed = _parts("".join(text.split()))
    salt, nonce = head[-SALT_BYTES - NONCE_BYTES : -NONCE_BYTES], head[-NONCE_BYTES:]
    try:
        return AESGCMSIV(_key(passphrase, salt)).decrypt(nonce, sealed, PURPOSE + head)
    except InvalidTag as fault:
        raise WrongPassphrase from fault


def _parts(text: str) -> tuple[bytes, bytes]:
    """The head and the ciphertext of a sealed text that is whole."""
    try:
        raw = b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (NotBase64, ValueError) as fault:
        # a mark at the beginning says what it once was
        raise Damaged if text[:2] == _text(MARK)[:2] else NotSealed from fault
    if raw[: len(MARK)] != MARK or len(text) > LONGEST_TEXT:
        raise NotSealed
    if len(raw) > len(MARK) and raw[len(MARK)] > VERSION:
        raise NewerSeal
    sealed, check = raw[:-CHECK_BYTES], raw[-CHECK_BYTES:]
    whole = len(raw) >= HEAD_BYTES + TAG_BYTES + CHECK_BYTES and _text(raw) == text
    if not whole or raw[len(MARK)] != VERSION or _check(sealed) != check:
        raise Damaged
    return sealed[:HEAD_BYTES], sealed[HEAD_BYTES:]


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def _key(passphrase: str, salt: bytes) -> bytes:
    """Argon2id with 64 MiB, three passes and four lanes (RFC 9106, second choice). Raises ``OneAtATime``."""
    kdf = Argon2id(salt=salt, length=32, iterations=3, lanes=4, memory_cost=64 * 1024)
    if not _one_at_a_time.acquire(blocking=False):
        raise OneAtATime
    try:
        return kdf.derive(_plain(passphrase).encode())
    finally:
        _one_at_a_time.release()


def _plain(passphrase: str) -> str:
    """One spelling for what looks the same on different keyboards."""
    return unicodedata.normalize("NFKC", passphrase).strip()


def _check(sealed: bytes) -> bytes:
    return crc32(sealed).to_bytes(CHECK_BYTES, "big")
