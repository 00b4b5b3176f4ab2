"""What is sealed to the clinic's offline key, so that a backup opens when the machine is lost (HPKE, RFC 9180)."""

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

VERSION = b"\x01"
PURPOSE = b"threatmodel clinic recovery" + VERSION
SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)


class NotRecovered(ValueError):
    """A sealed copy that this recovery key does not open."""


def public_of(secret: bytes) -> bytes:
    """The public half, of 32 bytes, of a secret of 32 bytes."""
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def seal_for_recovery(content: bytes, public: bytes) -> bytes:
    """Seal so that only the holder of the recovery key can open it."""
    return VERSION + SUITE.encrypt(content, X25519PublicKey.from_public_bytes(public), PURPOSE)


def recover(sealed: bytes, secret: bytes) -> bytes:
    """Undo ``seal_for_recovery``. Raises ``NotRecovered``."""
    if sealed[:1] != VERSION:
        raise NotRecovered
    try:
        return SUITE.decrypt(sealed[1:], X25519PrivateKey.from_private_bytes(secret), PURPOSE)
    except (InvalidTag, ValueError) as fault:
        raise NotRecovered from fault
