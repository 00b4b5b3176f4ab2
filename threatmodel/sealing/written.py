"""Keys in a form that people can write down, read out and type: groups of letters with a check at the end."""

from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from binascii import crc32

KEY_BYTES = 32
GROUP = 5
CHECK_BYTES = 3


class BadKey(ValueError):
    """A text that is no written key: cut, mistyped, or something else."""


def write_key(key: bytes) -> str:
    """A key of 32 bytes as eleven groups of five letters and digits and one of one, as in "ABCDE-FGHIJ-…"."""
    text = b32encode(key + _check(key)).decode().rstrip("=")
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


def read_key(text: str) -> bytes:
    """Undo ``write_key``; spaces, dashes and small letters do not matter. Raises ``BadKey``."""
    plain = "".join(text.split()).replace("-", "").upper()
    try:
        raw = b32decode(plain + "=" * (-len(plain) % 8))
    except (NotBase32, ValueError) as fault:
        raise BadKey from fault
    key, check = raw[:KEY_BYTES], raw[KEY_BYTES:]
    if len(key) != KEY_BYTES or check != _check(key) or write_key(key).replace("-", "") != plain:
        raise BadKey
    return key


def _check(key: bytes) -> bytes:
    return crc32(key).to_bytes(4, "big")[:CHECK_BYTES]
