"""Short texts of the staff's accounts, sealed where they are stored: AES-256-GCM, bound to what they belong to."""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from hashlib import sha256
from os import urandom

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
PURPOSE = b"threatmodel staff secret"


class NotOurs(ValueError):
    """A text that this key does not open, that was changed, or that belongs to something else."""


def protect(text: str, bound_to: str, key: bytes) -> str:
    """Seal a text under a key of 32 bytes."""
    nonce = urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), PURPOSE + VERSION + bound_to.encode())
    return b64encode(VERSION + nonce + sealed).decode()


def unprotect(sealed: str, bound_to: str, key: bytes) -> str:
    """Undo ``protect``. Raises ``NotOurs``."""
    try:
        raw = b64decode(sealed, validate=True)
        nonce, rest = raw[1 : 1 + NONCE_BYTES], raw[1 + NONCE_BYTES :]
        if raw[:1] != VERSION or len(nonce) != NONCE_BYTES:
            raise NotOurs
        return AESGCM(key).decrypt(nonce, rest, PURPOSE + VERSION + bound_to.encode()).decode()
    except (NotBase64, ValueError, InvalidTag) as fault:
        raise NotOurs from fault


def mark(key: bytes, purpose: str, text: str) -> bytes:
    """A keyed hash of 32 bytes: a text is known again by it, and not to be had back."""
    return hmac.digest(key, f"{purpose}\n{text}".encode(), sha256)
