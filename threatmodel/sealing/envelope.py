"""The sealed envelope of a walk: AES-256-GCM-SIV, always of one size, bound to its purpose and version."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from threatmodel.sealing.keyring import ID_BYTES, KeyRing

VERSION = b"\x02"
PURPOSE = b"threatmodel walk"
# Head, content and tag together are a multiple of three bytes, so that base64 leaves no bit without meaning.
CONTENT_BYTES = 450
NONCE_BYTES = 12
HEAD_BYTES = len(VERSION) + ID_BYTES + NONCE_BYTES


class NotOpened(ValueError):
    """A sealed text that cannot be opened: cut, changed, foreign, or its key is gone. Which, is not said."""


def seal(content: bytes, ring: KeyRing, now: int) -> str:
    """Seal up to ``CONTENT_BYTES`` - 2 bytes into text of one fixed length. Raises ``ValueError`` when it is more."""
    if len(content) > CONTENT_BYTES - 2:
        raise ValueError(f"{len(content)} bytes do not fit into an envelope of {CONTENT_BYTES - 2}")
    key = ring.current(now)
    head = VERSION + key.id
    padded = (len(content).to_bytes(2, "big") + content).ljust(CONTENT_BYTES, b"\0")
    nonce = urandom(NONCE_BYTES)
    sealed = AESGCMSIV(key.secret).encrypt(nonce, padded, PURPOSE + head)
    return urlsafe_b64encode(head + nonce + sealed).decode()


def unseal(text: str, ring: KeyRing, now: int) -> bytes:
    """Open what ``seal`` made. Raises ``NotOpened`` for anything else."""
    if len(text) > 4096:
        raise NotOpened
    try:
        raw = b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except (NotBase64, ValueError) as fault:
        raise NotOpened from fault
    key = ring.find(raw[1 : 1 + ID_BYTES], now) if raw[:1] == VERSION and len(raw) > HEAD_BYTES else None
    if key is None:
        raise NotOpened
    try:
        padded = AESGCMSIV(key.secret).decrypt(
            raw[1 + ID_BYTES : HEAD_BYTES], raw[HEAD_BYTES:], PURPOSE + raw[: 1 + ID_BYTES]
        )
    except (InvalidTag, ValueError) as fault:
        raise NotOpened from fault
    size = int.from_bytes(padded[:2], "big")
    return padded[2 : 2 + size]
