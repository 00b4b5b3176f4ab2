"""The key ring of several hosts: a Redis or Valkey that keeps nothing on a disk. One that does is refused."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

from threatmodel.sealing.keyring import (
    DESTROY_AFTER,
    ID_BYTES,
    KEY_BYTES,
    NEW_KEY_EVERY,
    Key,
    RingUnfit,
    RingUnreachable,
)

NAME = b"threatmodel:walk-key:"
NEWEST = b"threatmodel:walk-key-newest"
WAIT = 2  # seconds for an answer


class ServerRing:
    """The keys in a key server's memory. Each is told to end by itself, whatever becomes of us."""

    shared = True

    def __init__(self, address: str) -> None:
        _out_of_earshot(address)
        try:
            self._server = Redis.from_url(address, socket_timeout=WAIT, socket_connect_timeout=WAIT)
            self._keeps_nothing()
        except (TypeError, ValueError) as fault:
            raise RingUnfit("THREATMODEL_KEY_RING holds something that no address of a key server has.") from fault

    def current(self, now: int) -> Key:
        try:
            newest = _key(self._server.get(NEWEST))
            if newest is None or not newest.serves(now):
                self._keeps_nothing()
                newest = Key.fresh(now)
                age = now - newest.born
                # Two hosts may do this at once: then there are two keys of the hour, and both open what they sealed.
                with self._server.pipeline() as together:
                    together.set(NAME + newest.id, _text(newest), ex=DESTROY_AFTER - age)
                    together.set(NEWEST, _text(newest), ex=NEW_KEY_EVERY - age)
                    together.execute()
        except RedisError as fault:
            raise RingUnreachable from fault
        return newest

    def find(self, id_: bytes, now: int) -> Key | None:
        try:
            key = _key(self._server.get(NAME + id_))
            if key is not None and not key.lives(now):
                self._server.delete(NAME + id_)
                return None
        except RedisError as fault:
            raise RingUnreachable from fault
        return key

    def births(self, now: int) -> list[int]:
        try:
            keys = [_key(self._server.get(name)) for name in self._server.scan_iter(match=NAME + b"*")]
        except RedisError as fault:
            raise RingUnreachable from fault
        return sorted(key.born for key in keys if key is not None and key.lives(now))

    def _keeps_nothing(self) -> None:
        """Raises ``RingUnfit`` for a server that writes its memory to a disk, or that does not let us see whether."""
        try:
            kept = {**self._server.config_get("save"), **self._server.config_get("appendonly")}
        except RedisError as fault:
            raise RingUnfit(
                "The key server of THREATMODEL_KEY_RING cannot be reached or does not answer CONFIG GET, so nobody can "
                f"tell whether it writes keys to a disk ({type(fault).__name__}). Start it, or allow that command."
            ) from fault
        if kept.get("save") != "" or kept.get("appendonly") != "no":
            raise RingUnfit(
                "The key server of THREATMODEL_KEY_RING writes its memory to a disk, and with it the walks' keys. "
                "Start it with --save '' --appendonly no."
            )


def _out_of_earshot(address: str) -> None:
    """Keys travel encrypted, or do not leave the machine. Raises ``RingUnfit``."""
    parts = urlsplit(address)
    if parts.scheme in ("rediss", "unix"):
        return
    if parts.scheme != "redis" or not _is_this_machine(parts.hostname or ""):
        raise RingUnfit(
            "THREATMODEL_KEY_RING must begin with rediss:// (encrypted) or unix://, or with redis:// for a key server "
            "on this machine: keys must not travel in the clear."
        )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _text(key: Key) -> bytes:
    return key.id + key.born.to_bytes(8, "big") + key.secret


def _key(text: object) -> Key | None:
    if not isinstance(text, bytes) or len(text) != ID_BYTES + 8 + KEY_BYTES:
        return None
    return Key(text[:ID_BYTES], text[ID_BYTES + 8 :], int.from_bytes(text[ID_BYTES : ID_BYTES + 8], "big"))
