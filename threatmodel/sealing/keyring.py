"""Random keys for walks: a new one every hour, each destroyed once no walk it sealed can still be open.

A ring lies in memory only: in a file that the workers of one host share (``key_file``), or in a Redis or Valkey that
several hosts share (``key_server``). Whoever seizes a machine after a restart, or copies a cookie and comes back
tomorrow, finds no key that opens it.
"""

import secrets
from typing import NamedTuple, Protocol

NEW_KEY_EVERY = 60 * 60
GREATEST_WALK_AGE = 8 * 60 * 60
DESTROY_AFTER = GREATEST_WALK_AGE + 60 * 60
CLOCK_SLACK = 5 * 60
KEY_BYTES = 32
ID_BYTES = 4


class RingUnfit(RuntimeError):
    """A place that keys must not lie in, or that cannot be checked. Says why and what to do; meant for the operator."""


class RingUnreachable(Exception):
    """The keys cannot be had just now. Nothing is lost: the next request may get them."""


class Key(NamedTuple):
    """A key's id of four bytes, its 32 secret bytes, and its birth in seconds since 1970."""

    id: bytes
    secret: bytes
    born: int

    @classmethod
    def fresh(cls, now: int) -> "Key":
        """A key of this hour. It is born with the hour, so that its birth tells of no visitor."""
        return cls(secrets.token_bytes(ID_BYTES), secrets.token_bytes(KEY_BYTES), now - now % NEW_KEY_EVERY)

    def lives(self, now: int) -> bool:
        """Neither past its time nor born more than five minutes ahead of a clock that was set back."""
        return -CLOCK_SLACK <= now - self.born < DESTROY_AFTER

    def serves(self, now: int) -> bool:
        """Whether new walks are still sealed with it."""
        return -CLOCK_SLACK <= now - self.born < NEW_KEY_EVERY


class KeyRing(Protocol):
    """Where the keys lie. Every call looks there, so that workers agree and a destroyed key is gone at once.

    Each call raises ``RingUnreachable`` where the keys cannot be had.
    """

    def current(self, now: int) -> Key:
        """The key to seal with: the newest, or a new one when that is an hour old or from the future."""

    def find(self, id_: bytes, now: int) -> Key | None:
        """The living key with this id, or None. Keys past their time are destroyed on the way."""

    def births(self, now: int) -> list[int]:
        """When each living key was made, in seconds since 1970, oldest first."""

    @property
    def shared(self) -> bool:
        """Whether several hosts share the keys."""
