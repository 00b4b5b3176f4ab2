"""The walk in a browser that shows text and nothing else: Lynx, in a terminal, by its keys."""

import os
import pty
import re
import select
import shutil
import signal
import time

import pytest

LYNX = shutil.which("lynx")
KEYS = {" ": "<space>", "\n": "^J"}
SIGNS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]")  # how a terminal is told where to write
ENOUGH = 60  # seconds

pytestmark = pytest.mark.skipif(not LYNX, reason="there is no Lynx here")


def press(keys: str) -> list[str]:
    return [f"key {KEYS.get(key, key)}" for key in keys]


def go_to(text: str) -> list[str]:
    """Search for a text, and press Enter on what stands there."""
    return press(f"/{text}\n\n")


def shown(site: str, script: list[str], tmp_path) -> str:
    """What a terminal showed while Lynx ran a script of keys, without the terminal's own signs."""
    (tmp_path / "keys").write_text("\n".join([*script, *press("qy")]) + "\n")
    process, screen = pty.fork()
    if process == 0:
        os.environ |= {"TERM": "vt100", "LINES": "200", "COLUMNS": "100", "HOME": str(tmp_path), "LANG": "C.UTF-8"}
        os.execv(LYNX, ["lynx", "-accept_all_cookies", "-nopause", f"-cmd_script={tmp_path / 'keys'}", site])  # noqa: S606
    seen, until = b"", time.monotonic() + ENOUGH
    while time.monotonic() < until:
        if select.select([screen], [], [], 0.5)[0]:
            try:
                seen += os.read(screen, 65536)
            except OSError:  # it has ended
                break
    else:
        os.kill(process, signal.SIGKILL)
        pytest.fail("Lynx did not come to an end")
    os.close(screen)
    os.waitpid(process, 0)
    return " ".join(
        re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]", " ", seen.decode("utf-8", "replace")).split()
    )


def test_a_person_walks_to_a_plan_in_a_text_browser(site, tmp_path, pack):
    """P58: without scripts, pictures, colours and style."""
    questions = 13
    script = go_to("Start the short")
    for _ in range(questions):
        script += [*go_to("Not sure"), *go_to("Continue")]
    script += go_to("Show my plan")

    text = shown(site, script, tmp_path)

    asked = [question for question in pack.questions if " ".join(question.ask.split()) in text]
    assert len(asked) >= questions - 1  # a question that is broken over two lines is not found
    assert "Your plan" in text
    assert "Stop first" in text
    assert any(measure.title in text for measure in pack.measures)


def test_a_text_browser_is_told_nothing_that_is_not_so(site, tmp_path):
    text = shown(site, go_to("Start the short"), tmp_path)

    assert "Question 1" in text
    assert "close in about 5 minutes" not in text
    assert "Read this page aloud" not in text
