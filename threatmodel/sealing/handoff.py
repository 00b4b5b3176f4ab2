"""Codes that a person shows a clinic: sealed to its public key, so that only its staff can open them (HPKE, RFC 9180).

Text in base32, which makes a smaller picture than base64 does: mark and version, which clinic's key, the last day, the
encapsulated key, the ciphertext, and a checksum that tells a cut or mistyped code from another clinic's. The content is
filled up, so that lengths tell nothing.
Anybody may seal to a public key: that a code opens says nothing about who made it.
"""

from base64 import b32decode, b32encode
from binascii import crc32
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

# The suite of RFC 9180, appendix A.2, whose vectors it is tested against.
SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)
VERSION = 1
PURPOSE = b"threatmodel handoff"
MARK = b32decode("HANDCODE")  # so that every code begins with these letters
PUBLIC_MARK = b32decode("HANDKEYS")
LASTS = timedelta(days=3)
SLACK = timedelta(days=1)  # the two machines' clocks may disagree about the day
KEY_BYTES, SHORT_BYTES, DAY_BYTES, CHECK_BYTES, LENGTH_BYTES, TAG_BYTES, MARK_BYTES = 32, 4, 3, 4, 2, 16, 16
SIZES = (464, 704)  # bytes of content when filled up; the second is for packs that have grown
HEAD_BYTES = len(MARK) + 1 + SHORT_BYTES + DAY_BYTES
LONGEST_TEXT = 4096
# Crockford's letters, in capitals: none can be taken for another.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP, LETTER_BITS = 3, 4, 5


class NotACode(ValueError):
    """A text that no version of this program sealed."""


class NewerCode(ValueError):
    """A code of a later version of this program."""


class Damaged(ValueError):
    """A code with a part missing or changed, or one that this program never made so."""


class OtherClinic(ValueError):
    """A whole code, sealed to another key than this one."""


class TooOld(ValueError):
    """A code of this clinic whose last day is over."""


class TooLarge(ValueError):
    """More content than a code holds."""


class NotAPublicKey(ValueError):
    """A text that is no public key: cut, mistyped, or something else."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What was in a code. ``mark`` is its own: a clinic that remembers it until the day is over opens no code twice."""

    content: bytes
    mark: bytes
    until: date


def new_secret() -> bytes:
    """A new key of a clinic, of 32 bytes. It opens every code that was sealed to its public half."""
    return X25519PrivateKey.generate().private_bytes_raw()


def public_key(secret: bytes) -> bytes:
    """The public half, of 32 bytes."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """60 bits of a hash for people to compare, as in "9KX2-4TQM-0HDW"."""
    bits = int.from_bytes(_hash(b"fingerprint", public)) >> 256 - GROUPS * GROUP * LETTER_BITS
    letters = [LETTERS[bits >> i * LETTER_BITS & 31] for i in reversed(range(GROUPS * GROUP))]
    return "-".join("".join(letters[i : i + GROUP]) for i in range(0, len(letters), GROUP))


def public_text(public: bytes) -> str:
    """A public key in the form in which it stands in a setting or a file."""
    raw = PUBLIC_MARK + bytes([VERSION]) + public
    return _text(raw + _check(raw))


def read_public_text(text: str) -> bytes:
    """Undo ``public_text``; white space and small letters do not matter. Raises ``NotAPublicKey``."""
    try:
        raw = _raw(_plain(text))
        public = raw[len(PUBLIC_MARK) + 1 : -CHECK_BYTES]
        if public_text(public) != _text(raw):
            raise NotAPublicKey
        SUITE.encrypt(b"", X25519PublicKey.from_public_bytes(public))  # a key of no use is refused here, not later
    except ValueError as fault:
        raise NotAPublicKey from fault
    return public


def seal_to(public: bytes, content: bytes, until: date) -> str:
    """Seal for the holder of the secret half, for use until the end of a day. Raises ``TooLarge``."""
    size = next((size for size in SIZES if len(content) + LENGTH_BYTES <= size), None)
    if size is None:
        raise TooLarge(f"{len(content)} bytes of at most {SIZES[-1] - LENGTH_BYTES}")
    filled = (len(content).to_bytes(LENGTH_BYTES) + content).ljust(size, b"\0")
    head = MARK + bytes([VERSION]) + _short(public) + until.toordinal().to_bytes(DAY_BYTES)
    sealed = head + SUITE.encrypt(filled, X25519PublicKey.from_public_bytes(public), _bound(head, public))
    return _text(sealed + _check(sealed))


def open_with(secret: bytes, text: str, today: date) -> Opened:
    """Open what ``seal_to`` made; white space in the text does not count.

    Raises ``NotACode``, ``NewerCode``, ``Damaged``, ``OtherClinic`` or ``TooOld``. The last is only said of a code that
    opens, since until then its day may be anybody's.
    """
    head, sealed = _parts(_plain(text))
    public = public_key(secret)
    if head[len(MARK) + 1 : -DAY_BYTES] != _short(public):
        raise OtherClinic
    try:
        filled = SUITE.decrypt(sealed, X25519PrivateKey.from_private_bytes(secret), _bound(head, public))
        until = date.fromordinal(int.from_bytes(head[-DAY_BYTES:]))
    except (InvalidTag, ValueError) as fault:
        raise Damaged from fault
    if until < today:
        raise TooOld
    length, content = int.from_bytes(filled[:LENGTH_BYTES]), filled[LENGTH_BYTES:]
    # A day far off would have to be remembered as long; what is filled up otherwise is not ours.
    if until > today + LASTS + SLACK or length > len(content) or any(content[length:]):
        raise Damaged
    return Opened(content[:length], _hash(b"mark", sealed)[:MARK_BYTES], until)


def _parts(text: str) -> tuple[bytes, bytes]:
    """The head of a code that is whole, and what is sealed: the encapsulated key with the ciphertext."""
    if len(text) > LONGEST_TEXT:
        raise NotACode
    try:
        raw = _raw(text)
    except ValueError as fault:
        raise Damaged if text.startswith(_text(MARK)) else NotACode from fault
    if raw[: len(MARK)] != MARK:
        raise NotACode
    if len(raw) > len(MARK) and raw[len(MARK)] > VERSION:
        raise NewerCode
    whole, check = raw[:-CHECK_BYTES], raw[-CHECK_BYTES:]
    sizes = {HEAD_BYTES + KEY_BYTES + size + TAG_BYTES for size in SIZES}
    if len(whole) not in sizes or _check(whole) != check or raw[len(MARK)] != VERSION:
        raise Damaged
    return whole[:HEAD_BYTES], whole[HEAD_BYTES:]


def _bound(head: bytes, public: bytes) -> bytes:
    """What a code belongs to: purpose, version and day by its head, and the whole key. It opens as nothing else."""
    return PURPOSE + head + public


def _short(public: bytes) -> bytes:
    return _hash(b"key", public)[:SHORT_BYTES]


def _hash(what_for: bytes, content: bytes) -> bytes:
    return sha256(PURPOSE + b" " + what_for + b"\0" + content).digest()


def _check(content: bytes) -> bytes:
    return crc32(content).to_bytes(CHECK_BYTES)


def _text(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=")


def _raw(text: str) -> bytes:
    """Undo ``_text``. Raises ``ValueError`` for a text that it would not have made."""
    raw = b32decode(text.encode("ascii") + b"=" * (-len(text) % 8))
    if _text(raw) != text:
        raise ValueError
    return raw


def _plain(text: str) -> str:
    """A text as it was made, however it was copied: without white space, in capitals."""
    return "".join(text.split()).upper()
