"""The last net: what Django cannot even read gets an answer like any other."""

import io

import pytest
from django.core.handlers.wsgi import WSGIHandler

from threatmodel.guard import guarded
from threatmodel.headers import FIXED
from threatmodel.walkthrough.walk import COOKIE


def asked(application, **environ):
    """Status, headers and body of one request, as a web server would hand it over."""
    got = {}
    body = environ.pop("body", b"")
    surroundings = {
        "REQUEST_METHOD": "POST" if body else "GET",
        "PATH_INFO": "/open/",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "CONTENT_LENGTH": str(len(body)),
    }
    answer = application(surroundings | environ, lambda status, head: got.update(status=status, head=dict(head)))
    return got["status"], got["head"], b"".join(answer)


@pytest.mark.parametrize(
    "kind",
    [
        "x/y; charset*=bogus''utf-8",
        "x/y; charset*=utf-8''%ff%00",
        "multipart/form-data; boundary*=bogus''x",
        "text/plain; charset=\0",
        "\x01",
    ],
)
@pytest.mark.parametrize("body", [b"", b"text=x&passphrase=y"])
def test_a_kind_of_content_that_nothing_can_read_is_no_fault_of_ours(kind, body, caplog):
    """P33: it is taken as none, and nothing is logged."""
    # Not the one of threatmodel.wsgi, which would sweep keys by the clocks that other tests set.
    status, head, _ = asked(guarded(WSGIHandler()), CONTENT_TYPE=kind, body=body)

    assert int(status[:3]) < 500
    assert "Content-Security-Policy" in head
    assert caplog.records == []


def test_a_fault_before_any_page_has_the_headers_of_every_answer_and_says_nothing_of_the_request(capfd):
    """P33, P3"""

    def broken(environ, start_response):
        raise ValueError(environ["HTTP_COOKIE"])

    status, head, body = asked(guarded(broken), HTTP_COOKIE=f"{COOKIE}=canary")

    assert status.startswith("500")
    assert FIXED.items() <= head.items()
    assert "default-src 'none'" in head["Content-Security-Policy"]
    assert b"canary" not in body
    assert "canary" not in capfd.readouterr().err
