"""Runs one target under atheris, which looks for bytes that reach new lines of our code: `script/fuzz record 60`."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris


def main(target: str, seconds: str) -> None:
    """Run one target for so long. Ends with an error and the bytes in a file when it finds a fault."""
    with TemporaryDirectory(prefix="fuzz-") as directory:
        os.environ["DJANGO_SETTINGS_MODULE"] = "threatmodel.settings"
        os.environ |= {"THREATMODEL_KEY_DIRECTORY": directory, "THREATMODEL_KEYS_ON_DISK": "yes"}
        os.environ["THREATMODEL_LIMITS"] = "no"
        with atheris.instrument_imports(include=["threatmodel", "django.http"]):
            import django
            from django.conf import settings

            django.setup()
            from tests.fuzz.targets import TARGETS

        settings.ALLOWED_HOSTS = ["testserver"]
        seeds = Path(directory) / "seeds"
        seeds.mkdir()
        for number, seed in enumerate(TARGETS[target].seeds):
            (seeds / str(number)).write_bytes(seed)
        limits = [
            f"-max_total_time={seconds}",
            "-max_len=4096",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ]
        kept = f"-artifact_prefix={target}-"
        atheris.Setup([sys.argv[0], *limits, kept, str(seeds)], TARGETS[target].run)
        atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:3])
