"""Pages in gzip, filled up to a size: by blanks after the page's end, in blocks that store them as they are.

Compression alone would tell by its length what was compressed. Here the length is that of a size whatever it was.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no day, no maker
LEVEL = 6
STORED = 65535  # the most that one stored block holds
BLOCK, TRAILER = 5, 8  # bytes of a stored block's head, and of the sums at the end
LEAST = len(HEAD) + BLOCK + TRAILER


@dataclass(frozen=True, slots=True)
class Deflated:
    """A text and its compressed form, which ends at a byte and can be gone on with."""

    packed: bytes
    checksum: int
    length: int

    @classmethod
    def of(cls, text: bytes) -> Self:
        squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        return cls(squeeze.compress(text) + squeeze.flush(zlib.Z_SYNC_FLUSH), zlib.crc32(text), len(text))

    @property
    def smallest(self) -> int:
        """The size of the smallest gzip file that ``filled`` makes."""
        return LEAST + len(self.packed)

    def filled(self, size: int) -> bytes:
        """A gzip file of this size: the text, then blanks. Raises ``ValueError`` when there is no room."""
        room = size - self.smallest
        if room < 0:
            raise ValueError(f"{self.smallest} bytes do not fit into {size}")
        *full, last = _blanks(room)
        blocks = [*(_literal(b" " * number) for number in full), _literal(b" " * last, final=True)]
        blank = sum(full) + last
        checksum = zlib.crc32(b" " * blank, self.checksum)
        trailer = checksum.to_bytes(4, "little") + ((self.length + blank) & 0xFFFFFFFF).to_bytes(4, "little")
        return b"".join((HEAD, self.packed, *blocks, trailer))


def _blanks(room: int) -> list[int]:
    """How many blanks stand in each block, so that all blocks but the last take room for their heads too."""
    blanks = []
    while room > STORED:
        blanks.append(min(STORED, room - BLOCK))
        room -= blanks[-1] + BLOCK
    return [*blanks, room]


class Form:
    """A text with gaps whose fixed parts are compressed once. A filling only stores what goes into the gaps."""

    def __init__(self, parts: Sequence[str], widths: Mapping[str, int]) -> None:
        """``parts`` are text and names of gaps in turn, beginning and ending with text.

        ``widths`` are the bytes of what goes into some gaps. Behind a gap of no known width the text before it cannot
        be referred to, since nobody knows how far back it is.
        """
        self._texts = [part.encode() for part in parts[::2]]
        self._gaps = parts[1::2]
        self._widths = widths
        self._packed = list(self._pack())

    def _pack(self) -> Iterator[bytes]:
        squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        for text, gap in zip(self._texts, [*self._gaps, ""], strict=True):
            width = self._widths.get(gap)
            yield squeeze.compress(text) + squeeze.flush(zlib.Z_SYNC_FLUSH if width else zlib.Z_FULL_FLUSH)
            if width:
                # What will stand there counts as passed over. No text holds this character, so none refers to it.
                squeeze.compress(b"\0" * width)
                squeeze.flush(zlib.Z_SYNC_FLUSH)

    def filled(self, values: Mapping[str, str]) -> tuple[bytes, Deflated]:
        """The text with its gaps filled, and its compressed form. Raises ``ValueError`` for another width."""
        page, packed = [self._texts[0]], [self._packed[0]]
        for gap, text, compressed in zip(self._gaps, self._texts[1:], self._packed[1:], strict=True):
            value = values[gap].encode()
            if len(value) != self._widths.get(gap, len(value)):
                raise ValueError(f"{gap} is {len(value)} bytes wide")
            page += (value, text)
            packed += (_literal(value), compressed)
        text = b"".join(page)
        return text, Deflated(b"".join(packed), zlib.crc32(text), len(text))


def _literal(text: bytes, *, final: bool = False) -> bytes:
    """A block that stores a text of at most ``STORED`` bytes as it is."""
    return bytes((final,)) + len(text).to_bytes(2, "little") + (len(text) ^ STORED).to_bytes(2, "little") + text
