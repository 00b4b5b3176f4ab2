"""Taking a typed key into memory, and out of it again."""

from collections.abc import Callable
from pathlib import Path

from threatmodel.clinic.keys import GENERATIONS, directory, erase, typed, write_secret
from threatmodel.sealing.generations import Generations, NoGenerations
from threatmodel.sealing.written import BadKey, read_key, write_key


class Refused(Exception):
    """A key that does not open the clinic's file of keys; ``args[0]`` says why."""


def unlock(ask: Callable[[str], str]) -> None:
    """Ask for the clinic's key and hold it in memory. Raises ``Refused``, and holds nothing new then.

    After a change of keys that was broken off, the file needs the old key and the new one, and both are asked for, in
    either order: the change had begun at the first slot, so the key that opens it is the new one, and stays.
    """
    first = _asked(ask, "The clinic's key: ")
    held = [first]
    opened, there = _opened(held)
    if 0 < opened < there:
        held = [first, _asked(ask, "A change of keys was broken off. The other key: ")]
        opened, there = _opened(held)
        held.sort(key=_is_new)
    if opened < there:
        raise Refused("This key does not open the file of keys. Try the others that were written down, newest first.")
    write_secret(typed(), write_key(held[0]))
    if len(held) > 1:
        write_secret(_next(), write_key(held[1]))


def lock() -> bool:
    """Take the key out of memory. Says whether there was one."""
    there = typed().exists()
    erase(typed())
    erase(_next())
    return there


def _next() -> Path:
    return typed().with_name(typed().name + ".next")


def _asked(ask: Callable[[str], str], question: str) -> bytes:
    try:
        return read_key(ask(question))
    except BadKey as fault:
        raise Refused("This is no whole key: a letter is wrong or missing. Type it as it was written down.") from fault


def _is_new(key: bytes) -> bool:
    return Generations(directory() / GENERATIONS, [key]).opens_first()


def _opened(held: list[bytes]) -> tuple[int, int]:
    try:
        return Generations(directory() / GENERATIONS, held).opened()
    except NoGenerations as fault:
        raise Refused(str(fault)) from fault
