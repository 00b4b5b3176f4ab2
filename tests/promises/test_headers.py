"""What every answer of the server carries, read from a real one."""

import re
from itertools import product

import pytest

from tests.promises.addresses import addresses
from tests.promises.server import in_memory, shipped

ALWAYS = {
    "cache-control",
    "content-security-policy",
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "server",
    "x-content-type-options",
    "x-frame-options",
}
BY_KIND = {"content-type", "content-length", "transfer-encoding", "connection", "date", "vary", "allow", "location"}
BY_KIND |= {"set-cookie", "retry-after", "content-disposition", "clear-site-data", "last-modified", "etag", "expires"}
BY_KIND |= {"content-language", "content-encoding"}
TLS = {"strict-transport-security"}
ANSWERS = [
    ("/", 200),
    ("/about/", 200),
    ("/notice/", 200),
    ("/samples/", 200),
    ("/samples/journalist/", 200),
    ("/letters/", 200),
    ("/open/", 200),
    ("/healthz", 200),
    ("/robots.txt", 200),
    ("/.well-known/security.txt", 200),
    ("/static/walk.js", 200),
    ("/static/icon.svg", 200),
    ("/notice.pdf", 200),
    ("/about", 301),
    ("/leave/", 303),
    ("/plan/", 409),
    ("/plan.pdf", 409),
    ("/plan.json", 409),
    ("/walk/1/", 409),
    ("/walk/delete/", 405),
    ("/plan/mark/", 405),
    ("/nothing/", 404),
    ("/samples/nobody/", 404),
    ("/static/nothing.js", 404),
    ("/letters/../../etc/passwd", 404),
    (f"/{'a' * 3000}", 414),
]
# Every other address of the app's own list, whatever it answers to somebody without a walk.
ANSWERS += [(path, 0) for path in addresses() if path not in dict(ANSWERS)]
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH")


def names(response) -> set[str]:
    return {name.lower() for name, _ in response.getheaders()}


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """As behind a proxy that ends TLS."""
    environment = {"THREATMODEL_HTTPS": "yes", "THREATMODEL_HOSTS": "plan.example.org"}
    environment |= {"THREATMODEL_ONION_LOCATION": "http://abcdef.onion"}
    environment |= {"THREATMODEL_SECURITY_CONTACT": "mailto:weak@example.org"}
    with in_memory() as keys:
        directory = tmp_path_factory.mktemp("secure")
        with shipped(directory, **keys, **environment) as server:
            yield server


TLS_ASKED = {"Host": "plan.example.org", "X_Forwarded_Proto": "https"}


@pytest.mark.parametrize("method", METHODS)
def test_every_address_and_method_has_the_same_set_of_headers(clear, secure, method):
    """P33: pages, files, redirects and refusals carry all of the set, with TLS one more, and nothing unforeseen."""
    for (path, status), (server, asked) in product(ANSWERS, ((clear, {}), (secure, TLS_ASKED))):
        response = server.ask(method, path, **asked)

        found = names(response)
        assert response.status < 500, path
        if method == "GET" and status:
            assert response.status == status, path
        expected = ALWAYS | (TLS if asked else set())
        assert expected <= found, path
        assert found - expected <= BY_KIND | ({"onion-location"} if asked else set())
        assert response.getheader("server") == "web"
        assert response.getheader("cross-origin-opener-policy") == "same-origin"
        assert path.startswith("/static/") or response.getheader("cache-control") == "no-store"


def test_a_request_for_another_host_or_that_is_no_request_is_refused_with_the_same_headers(clear):
    """P33: also 400 for a foreign host and 413 for what is too large."""
    foreign = clear.ask("GET", "/", Host="evil.example")
    large = clear.raw(b"POST /open/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 70000\r\n\r\n", 5)

    assert foreign.status == 400
    assert names(foreign) >= ALWAYS
    assert b" 413 " in large.splitlines()[0]
    head = large.partition(b"\r\n\r\n")[0].decode().lower()
    assert {line.partition(":")[0] for line in head.splitlines()[1:]} >= ALWAYS


def test_what_the_server_itself_refuses_names_no_program(clear):
    """P33: lines that are not HTTP, and heads that are too long, never reach the app and get no banner."""
    for sent in (b"BAD\r\n\r\n", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 60_000 + b"\r\n\r\n"):
        answer = clear.raw(sent, 5).lower()
        assert answer.startswith(b"http/1.1 4")
        assert b"server:" not in answer
        assert b"granian" not in answer


def test_the_policy_lets_in_our_own_scripts_and_one_style_sheet_and_nothing_else(clear):
    """P33: no inline but the style sheet by its hash, no eval, no other origin, and Trusted Types for scripts."""
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in clear.ask("GET", "/").getheader("content-security-policy").split(";")
    )

    assert policy.pop("style-src").startswith("'sha256-")
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "default",
    }


def test_every_cookie_ends_with_the_browser_and_is_for_this_host_alone(secure):
    """P19: `__Host-`, Secure, HttpOnly, SameSite=Strict, no Expires or Max-Age but where a cookie is deleted."""
    start = secure.ask("GET", "/", **TLS_ASKED)
    token = re.search(rb'csrfmiddlewaretoken" value="(\w+)"', start.body)[1].decode()
    form = start.getheader("set-cookie").split(";")[0]
    begun = secure.ask(
        "POST",
        "/walk/",
        f"csrfmiddlewaretoken={token}&depth=quick",
        Cookie=form,
        Origin="https://plan.example.org",
        Content_Type="application/x-www-form-urlencoded",
        **TLS_ASKED,
    )
    left = secure.ask("GET", "/leave/", **TLS_ASKED)

    made = [v for r in (start, begun) for n, v in r.getheaders() if n.lower() == "set-cookie"]
    assert begun.status == 302
    assert {cookie.split("=")[0] for cookie in made} == {"__Host-form", "__Host-walk"}
    for cookie in made:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert parts == {"path=/", "secure", "httponly", "samesite=strict"}
    for cookie in (v for n, v in left.getheaders() if n.lower() == "set-cookie"):
        assert "max-age=0" in cookie.lower()


def test_the_clear_site_offers_its_onion_address_page_by_page(secure):
    """P34: Onion-Location names the same page, without a query, and only over TLS and for pages."""
    assert secure.ask("GET", "/about/?x=y", **TLS_ASKED).getheader("onion-location") == "http://abcdef.onion/about/"
    strange = secure.ask("GET", "/%0d%0aX-Other:%20yes", **TLS_ASKED)
    assert strange.status == 404
    assert strange.getheader("x-other") is None
    assert secure.ask("GET", "/static/walk.js", **TLS_ASKED).getheader("onion-location") is None


def test_an_onion_site_promises_no_tls_and_never_names_the_clear_one(tmp_path):
    """P34: no HSTS, no redirect to https, cookies that plain http can carry, and no whole address of our own."""
    onion = "a" * 56 + ".onion"
    environment = {"THREATMODEL_ONION": "yes", "THREATMODEL_HOSTS": f"{onion},127.0.0.1"}
    with in_memory() as keys, shipped(tmp_path, **keys, **environment) as server:
        pages = [server.ask("GET", path, Host=onion) for path in ("/", "/about/", "/notice/", "/samples/journalist/")]
        moved = server.ask("GET", "/about", Host=onion)

    for page in pages:
        assert page.status == 200
        assert not names(page) & {"strict-transport-security", "onion-location"}
        assert b"plan.example.org" not in page.body
        assert not re.findall(rb'(?:src|action)="https?:', page.body)
    assert moved.getheader("location") == "/about/"
    cookie = pages[0].getheader("set-cookie").lower()
    assert "secure" not in cookie
    assert "samesite=strict" in cookie


def test_robots_are_let_into_public_pages_alone_and_the_contact_is_there(clear, secure):
    """P33: robots.txt and security.txt say what they should; without a contact the file says where to look."""
    robots = clear.ask("GET", "/robots.txt").body.decode().splitlines()
    contact = secure.ask("GET", "/.well-known/security.txt", **TLS_ASKED).body.decode()

    assert robots[-1] == "Disallow: /"
    assert not any("walk" in line or "plan" in line for line in robots)
    assert "Contact: mailto:weak@example.org\n" in contact
    assert re.search(r"^Expires: 20\d\d-\d\d-\d\dT00:00:00.000Z$", contact, re.MULTILINE)
    assert "SECURITY.md" in clear.ask("GET", "/.well-known/security.txt").body.decode()
