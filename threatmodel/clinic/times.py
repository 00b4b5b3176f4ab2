"""The times that a file system keeps of the clinic's files say when staff worked. So they are made to say nothing."""

import os
import time
from contextlib import suppress
from pathlib import Path

DAY = 24 * 60 * 60


def level(directory: Path) -> None:
    """Give every file there, and the directory, the beginning of this day for its time of reading and of writing.

    Done at every sweep, so the time of the last change of a file's own record, which nobody can set, is the last
    sweep's for all of them. It cannot hide what happened since, nor what a journal or a snapshot of the disk keeps.
    """
    day = time.time() // DAY * DAY
    for path in (*directory.iterdir(), directory):
        with suppress(OSError):  # removed meanwhile, or somebody else's
            if path.is_file() or path == directory:
                os.utime(path, (day, day), follow_symlinks=False)
