"""A fault tells a reference and nothing else: not to the person's screen, not to a log, not to a file."""

import logging
import re
import sys

import pytest
from django.test import RequestFactory
from django.views.debug import get_exception_reporter_class

from tests.promises.server import shipped
from tests.walkthrough.served import Walker
from threatmodel.walkthrough.walk import key_ring

CANARY = "canary-4d1f"
FORM = "application/x-www-form-urlencoded"


def test_a_forced_fault_says_nothing_of_the_request_anywhere(tmp_path):
    """P3: canaries in form, cookie, header and query of a request that fails are in no output, file or answer."""
    with shipped(tmp_path, "tests.promises.faulty:application") as server:
        walker = Walker(server.port).begin()
        first = walker.ask("GET", "/walk/1/")[2].decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', first)[1]
        walker.ask("POST", "/walk/1/", {"csrfmiddlewaretoken": token, "question": "who", "answer": "child"})
        cookies = "; ".join(f"{name}={value}" for name, value in walker.cookies.items())
        said = server.ask(
            "GET",
            f"/plan/?{CANARY}-query",
            Cookie=f"{cookies}; other={CANARY}-cookie",
            User_Agent=f"{CANARY}-agent",
            X_Other=f"{CANARY}-header",
        )
        posted = server.ask("POST", "/plan/mark/", f"mark={CANARY}-form", Cookie=cookies, Content_Type=FORM)

    printed = server.printed.read_text()
    page = said.body.decode()
    assert said.status == 500
    assert posted.status == 403
    reference = re.search(r"\b[0-9a-f]{8}\b", page)[0]
    assert reference in printed
    for text in (printed, page, posted.body.decode()):
        assert CANARY not in text
        assert "could not plan for" not in text
        assert "Traceback" not in text
    assert "127.0.0.1 -" not in printed
    assert "/plan" not in printed
    assert walker.cookies["walk"] not in printed
    left = [path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]
    assert left == []


def test_a_report_of_a_fault_holds_no_request_and_no_variables():
    """P3: what Django would mail or show of a fault is its kind and the lines of code, and nothing else."""
    request = RequestFactory(headers={"User-Agent": CANARY}).post(f"/plan/?{CANARY}", {"answer": CANARY})
    secret = CANARY

    try:
        raise ValueError(f"{secret} was sent")
    except ValueError:
        report = get_exception_reporter_class(request)(request, *sys.exc_info())

    for text in (report.get_traceback_text(), report.get_traceback_html()):
        assert "ValueError" in text
        assert CANARY not in text


def test_no_logger_of_the_framework_has_a_way_out_that_keeps_a_request():
    """P3: no handler mails anything, and every handler that writes takes the request off first."""
    import django

    django.setup()
    names = ["", *(name for name in logging.root.manager.loggerDict if name.startswith(("django", "threatmodel")))]

    handlers = [handler for name in names for handler in logging.getLogger(name).handlers]

    ours = [h for h in handlers if "pytest" not in type(h).__module__ and not isinstance(h, logging.NullHandler)]
    assert ours
    assert "AdminEmailHandler" not in {type(handler).__name__ for handler in ours}
    assert all(any(type(f).__name__ == "WithoutRequest" for f in handler.filters) for handler in ours)


@pytest.mark.parametrize("fault", [OSError("no space left"), RuntimeError("anything")])
def test_keys_that_cannot_be_written_cost_a_page_and_no_word_too_much(fault, client, monkeypatch, capfd):
    """P53: when memory for the keys is full, the walk says so in plain words, and other pages go on."""

    def full(*_):
        raise fault

    client.raise_request_exception = False
    monkeypatch.setattr(type(key_ring()), "current", full)

    begun = client.post("/walk/", {"depth": "quick"})

    assert begun.status_code == (503 if isinstance(fault, OSError) else 500)
    assert b"<h1" in begun.content
    assert b"Traceback" not in begun.content
    assert str(fault) not in begun.content.decode() + capfd.readouterr().err
    assert client.get("/").status_code == 200
    assert client.get("/notice/").status_code == 200
