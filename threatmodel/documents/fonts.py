"""Whether this machine has letters to print a language with."""

import subprocess
from functools import cache

# How fontconfig names a language, where it is not just its first part, and the Debian package that has it.
KNOWN_AS = {"zh-hans": "zh-cn"}
PACKAGES = {"zh-hans": "fonts-noto-cjk"}
USUAL = "fonts-noto-core"


@cache
def can_print(lang: str) -> bool:
    """Whether some font here covers the language. Where fontconfig cannot be asked, that is taken for granted."""
    try:
        asked = subprocess.run(  # noqa: S603  two words of ours
            ["fc-list", f":lang={KNOWN_AS.get(lang, lang.partition('-')[0])}", "family"],  # noqa: S607
            capture_output=True,
            check=True,
            timeout=60,
        )
    except (OSError, subprocess.SubprocessError):
        return True
    return bool(asked.stdout.strip())


def package(lang: str) -> str:
    """The Debian or Ubuntu package that has letters for the language."""
    return PACKAGES.get(lang, USUAL)
