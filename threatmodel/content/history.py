"""The pack as it was at a revision of its repository, read out with git into a directory of its own."""

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory


class NoSuchRevision(Exception):
    """Why the pack at a revision cannot be had, in a sentence."""


@contextmanager
def pack_at(directory: Path, revision: str) -> Iterator[Path]:
    """A copy of the pack's directory as of a revision; gone afterwards. Raises ``NoSuchRevision``."""
    found = _git(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        raise NoSuchRevision(f"There is no revision {revision!r} of {directory}.")
    commit = found.decode().strip()
    archive = _git(directory, "archive", "--format=tar", commit)
    if archive is None:
        raise NoSuchRevision(f"At revision {revision!r} there is no {directory}.")
    with TemporaryDirectory(prefix="pack-") as folder:
        place = Path(folder) / f"at-{commit[:12]}" / directory.name  # faults in it are shown under this name
        with tarfile.open(fileobj=BytesIO(archive)) as tar:
            tar.extractall(place, filter="data")
        yield place


def _git(directory: Path, *arguments: str) -> bytes | None:
    """What git prints, run inside the directory, so that it speaks of that directory only; None when it fails."""
    git = shutil.which("git")
    if git is None:
        raise NoSuchRevision("git is not installed here, and only git knows older versions.")
    result = subprocess.run([git, *arguments], cwd=directory, capture_output=True, check=False)  # noqa: S603
    return result.stdout if result.returncode == 0 else None
