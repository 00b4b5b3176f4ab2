"""Codes that people get on paper or by word of mouth, and what is stored in their place."""

from secrets import choice

from threatmodel.clinic.keys import staff_key
from threatmodel.sealing.passphrase import LETTERS
from threatmodel.sealing.staff_secrets import mark

GROUP = 4
LOOKS_LIKE = str.maketrans("oil", "011", "- \t\r\n")  # as Crockford reads what people write


def new_code(groups: int) -> str:
    """A random code of five bits a letter, as in "k7m2-9qx4-0hdw"."""
    return "-".join("".join(choice(LETTERS) for _ in range(GROUP)) for _ in range(groups))


def code_mark(purpose: str, code: str) -> bytes:
    """What is stored of a code: the same however it is typed. Raises ``Locked`` or ``KeysUnfit``."""
    return mark(staff_key(), purpose, code.casefold().translate(LOOKS_LIKE))
