"""Looks for what walks bore, in every file that is newer than a moment, wherever it lies."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

SLACK = 2  # seconds; the clock of a file system is coarser than ours


def files_since(moment: float, *directories: Path) -> Iterator[Path]:
    """Every regular file below these directories that was made or changed since."""
    for directory in directories:
        for parent, _, names in os.walk(directory):
            for name in names:
                path = Path(parent, name)
                try:
                    found = path.lstat()
                except OSError:
                    continue  # gone in the meantime, as files of others here are
                if path.is_file() and not path.is_symlink() and max(found.st_mtime, found.st_ctime) >= moment - SLACK:
                    yield path


class Search:
    """``words`` are looked for as they are; cookies by a head that all of them share, then each whole."""

    def __init__(self, words: Iterable[str | bytes], sealed: Iterable[str] = ()) -> None:
        self.words = {word.encode() if isinstance(word, str) else word for word in words}
        self.sealed = {cookie[:48].encode() for cookie in sealed}
        heads = b"|".join(sorted({re.escape(cookie[:6]) for cookie in self.sealed}))
        self._cookie = re.compile(b"(?:%s)[A-Za-z0-9_-]{42}" % heads)

    def within(self, content: bytes) -> set[bytes]:
        found = {word for word in self.words if word in content}
        if self.sealed:
            found |= self.sealed.intersection(self._cookie.findall(content))
        return found

    def among(self, files: Iterable[Path]) -> dict[str, set[bytes]]:
        """Which files hold which of it, in their content or in their name."""
        found = {}
        for file in files:
            try:
                content = file.read_bytes()
            except OSError:
                continue
            if held := self.within(str(file).encode() + b"\0" + content):
                found[str(file)] = held
        return found
