"""The proxy that docs/deploy describes, in front of the server that ships, as a visitor meets it over TLS."""

import re
import shutil
import socket

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import browser_type_launch_args  # noqa: F401
from tests.browser.test_walk import walk_through
from tests.promises.proxy import NAME, NGINX, checked, free_ports, proxy
from tests.promises.server import in_memory, shipped
from tests.promises.test_headers import ALWAYS, names

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is not on this machine")

SITE = f"https://{NAME}"
FORM = {"Content_Type": "application/x-www-form-urlencoded", "Origin": SITE}
HEADER = "X-Client-Address"
CHUNKED = b"POST /open/ HTTP/1.1\r\nHost: plan.example.org\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
REFUSED_CHUNKS = "if ($http_transfer_encoding) { return 411; }"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    settings = {"HTTPS": "yes", "HOSTS": NAME, "CLIENT_ADDRESS_HEADER": HEADER, "LEAVE_TO": "https://www.weather.gov/"}
    environment = {f"THREATMODEL_{name}": value for name, value in settings.items()}
    with in_memory() as keys, shipped(tmp_path_factory.mktemp("app"), **keys, **environment) as server:
        yield server


@pytest.fixture(scope="module")
def front(app, tmp_path_factory):
    """The proxy as described, with nowhere to put what does not fit its memory."""
    with proxy(tmp_path_factory.mktemp("proxy"), app.port) as one:
        one.forbid_spooling()
        yield one


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The proxy with no server of ours behind it."""
    with proxy(tmp_path_factory.mktemp("alone"), free_ports(1)[0]) as one:
        yield one


class Visitor:
    """Somebody with a walk of their own, through the proxy."""

    def __init__(self, front) -> None:
        self.front, self.cookies = front, {}

    def ask(self, method, path, body=None, **headers):
        said = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = self.front.ask(method, path, body, **FORM, Host=NAME, Cookie=said, **headers)
        for name, value in response.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.update([value.split(";")[0].split("=", 1)])
        return response

    def begin(self) -> "Visitor":
        page = self.ask("GET", "/")
        self.token = re.search(rb'csrfmiddlewaretoken" value="(\w+)"', page.body)[1].decode()
        assert self.ask("POST", "/walk/", f"csrfmiddlewaretoken={self.token}&depth=quick").status == 302
        return self


def test_nginx_takes_the_configuration_without_a_word_of_warning(tmp_path):
    """P5: as it is shipped, and not one with a slip in it."""
    good, bad = checked(tmp_path), checked(tmp_path, gzip="gzipp")

    assert good.returncode == 0, good.stderr
    assert "[warn]" not in good.stderr or "listen" in good.stderr  # from 1.25 on, http2 may be said in another way
    assert bad.returncode != 0


def test_a_person_walks_through_the_proxy_to_a_plan_and_its_paper(browser_type, browser_type_launch_args, front):  # noqa: F811
    """P33: forms of a real browser are taken over TLS; P19: each cookie is for this host and this connection alone."""
    rule = f"--host-resolver-rules=MAP {NAME}:443 127.0.0.1:{front.port}"
    launch = browser_type_launch_args | {"args": [*browser_type_launch_args["args"], rule]}
    browser = browser_type.launch(**launch)
    page = browser.new_context(ignore_https_errors=True).new_page()
    complaints = []
    page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)

    response = page.goto(SITE)
    walk_through(page, SITE, pending="subpoena-or-notice")
    page.get_by_role("link", name="Show my plan").first.click()
    expect(page.get_by_role("heading", name="Your plan", level=1)).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Take it home as a PDF").click()

    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert response.headers["referrer-policy"] == "same-origin"
    cookies = page.context.cookies()
    assert {one["name"] for one in cookies} == {"__Host-form", "__Host-walk"}
    assert all(one["secure"] and one["httpOnly"] and one["sameSite"] == "Strict" for one in cookies)
    assert complaints == []
    browser.close()


def test_nothing_that_fits_is_put_into_a_file(front, app, tmp_path):
    """P5: bodies, plans and papers pass in memory. A proxy with smaller buffers would have failed, and does."""
    small = {"client_body_buffer_size 64k": "client_body_buffer_size 1k", "proxy_max_temp_file_size 0;": ""}
    small |= {"proxy_buffers 32 32k;": "proxy_buffers 4 8k;", "proxy_buffer_size 16k;": "proxy_buffer_size 8k;"}
    person = Visitor(front).begin()
    body = f"csrfmiddlewaretoken={person.token}&code={'x' * 60_000}"

    taken = person.ask("POST", "/open/", body)
    plan, paper = person.ask("GET", "/plan/"), person.ask("GET", "/plan.pdf")
    with proxy(tmp_path / "small", app.port, small) as other:
        other.forbid_spooling()
        person.front = other
        spooled = person.ask("POST", "/open/", body)

    assert taken.status in (200, 400, 422)
    assert (plan.status, paper.status) == (200, 200)
    assert len(plan.body) > 100_000
    assert paper.body.startswith(b"%PDF")
    assert spooled.status == 500


def test_a_body_in_chunks_is_refused_since_it_could_spool(front, app, tmp_path):
    """P5: thirty thousand letters in chunks of one are more than the buffer; let in, they would need a file."""
    sent = CHUNKED + b"1\r\nx\r\n" * 30_000 + b"0\r\n\r\n"
    with proxy(tmp_path / "chunks", app.port, {REFUSED_CHUNKS: ""}) as other:
        other.forbid_spooling()
        let_in = other.raw(sent)

    refused = front.raw(sent)

    assert b" 411 " in refused.splitlines()[0]
    assert b" 500 " in let_in.splitlines()[0]


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not on this machine")
def test_no_file_is_made_once_the_proxy_runs(app, tmp_path):
    """P5: no temporary file, access log or error log, whatever is asked and refused. A smaller buffer makes a file."""
    made = {}
    for name, changed in {"ours": {}, "small": {"client_body_buffer_size 64k": "client_body_buffer_size 1k"}}.items():
        calls = tmp_path / f"{name}.calls"
        before = ("strace", "-f", "-qq", "-e", "trace=openat,open,creat", "-o", str(calls))
        with proxy(tmp_path / name, app.port, changed, before) as one:
            begun = len(calls.read_text())
            person = Visitor(one).begin()
            person.ask("POST", "/open/", f"csrfmiddlewaretoken={person.token}&code={'x' * 60_000}")
            paths = ("/plan/", "/plan.pdf", "/nothing/") if name == "ours" else ()
            statuses = [person.ask("GET", path).status for path in paths]
            one.raw(b"BAD\r\n\r\n")
            made[name] = [line for line in calls.read_text()[begun:].splitlines() if "O_CREAT" in line]
        assert statuses in ([200, 200, 404], [])
    assert made["ours"] == []
    assert any("client_body" in line for line in made["small"])


def test_what_is_too_large_is_refused_in_words(front):
    """P5: past 64 KiB nothing is read, and the page says what happened and what is safe."""
    refused = front.ask("POST", "/open/", "x" * 65_537, Host=NAME)

    assert refused.status == 413
    assert b"too large" in refused.body
    assert b"answers are as they were" in refused.body
    assert names(refused) >= ALWAYS


def test_what_the_proxy_itself_says_has_our_headers_and_a_way_out(front, alone):
    """P33: refused requests, and pages while our server is down. The banner is the proxy's own: it has no other."""
    for answer, status in (
        (alone.ask("GET", "/plan/", Host=NAME), 502),
        (front.ask("TRACE", "/", Host=NAME), 405),
        (front.ask("GET", "/", Host=NAME, Cookie="x" * 20_000), 400),
        (front.ask("GET", f"/{'a' * 9000}", Host=NAME), 414),
    ):
        assert answer.status == status
        assert names(answer) >= ALWAYS | {"strict-transport-security"}
        assert answer.getheader("cache-control") == "no-store"
        assert answer.getheader("server") == "nginx"
        assert b'href="/leave/"' in answer.body
        assert b"nginx" not in answer.body


def test_while_our_server_is_down_a_page_says_what_is_safe_and_leaving_works(alone):
    """P53: plain words, and when to come back. P25: the way out leads on and makes the browser forget."""
    down, left = alone.ask("GET", "/walk/3/", Host=NAME), alone.ask("GET", "/leave/", Host=NAME)

    assert (down.status, down.getheader("retry-after")) == (502, "60")
    assert b"still on your device and nowhere else" in down.body
    assert b"Wait a minute" in down.body
    assert (left.status, left.getheader("location")) == (303, "https://www.weather.gov/")
    assert '"cookies"' in left.getheader("clear-site-data")
    gone = [value for name, value in left.getheaders() if name.lower() == "set-cookie"]
    assert {value.split("=")[0] for value in gone} == {"__Host-walk", "__Host-form", "__Host-language"}
    assert all("Max-Age=0" in value and "Secure" in value for value in gone)


def test_leaving_through_the_proxy_is_the_same_whether_our_server_is_up_or_not(front, alone):
    """P25: what the proxy says in the app's place must not fall behind what the app says."""
    up, down = (one.ask("GET", "/leave/", Host=NAME) for one in (front, alone))

    for name in ("location", "clear-site-data", "cache-control", "strict-transport-security"):
        assert up.getheader(name) == down.getheader(name), name
    made, said = ({v.split("=")[0] for n, v in one.getheaders() if n.lower() == "set-cookie"} for one in (up, down))
    assert made == said


def test_pages_through_the_proxy_keep_our_banner_and_headers(front):
    """P33: the app's own refusals too."""
    for path, status in (("/", 200), ("/nothing/", 404), ("/plan/", 409), ("/static/walk.js", 200)):
        page = front.ask("GET", path, Host=NAME)
        assert page.status == status
        assert page.getheader("server") == "web"
        assert names(page) >= ALWAYS | {"strict-transport-security"}
        for name in ("cache-control", "content-security-policy", "strict-transport-security", "x-frame-options"):
            assert len(page.headers.get_all(name)) == 1, name


class Echo:
    """In place of our server: keeps what the proxy passed on."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def hears(self, front, sent: bytes) -> list[str]:
        """The head that comes through, in small letters."""
        with front.line() as line:
            line.sendall(sent)
            passed, _ = self.listener.accept()
            with passed:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += passed.recv(65536)
                passed.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        return head.decode().lower().splitlines()


def test_what_a_visitor_says_of_addresses_and_names_goes_no_further(tmp_path):
    """P42: forged headers are overwritten or dropped, however they are written; the connection's own address counts."""
    echo = Echo()
    forged = ("X-Client-Address", "X_Client_Address", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Forwarded")
    lines = "".join(f"{name}: 203.0.113.9\r\n" for name in forged)
    head = f"GET / HTTP/1.1\r\nHost: PLAN.example.org:99\r\nX-Forwarded-Proto: http\r\nX-Other: 7\r\n{lines}\r\n"
    with proxy(tmp_path / "echo", echo.port) as front:
        heard = echo.hears(front, head.encode())
    echo.listener.close()

    assert "x-other: 7" in heard
    assert "x-client-address: 127.0.0.1" in heard
    assert "x-forwarded-proto: https" in heard
    assert f"host: {NAME}" in heard
    assert not [line for line in heard if "203.0.113.9" in line]
    assert len([line for line in heard if line.startswith("x-forwarded-")]) == 1


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\r\nHost: evil.example\r\n",
        "GET https://evil.example/ HTTP/1.1\r\nHost: plan.example.org\r\n",
        "GET / HTTP/1.0\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    ],
)
@pytest.mark.parametrize("over_tls", [True, False])
def test_whoever_asks_for_another_host_gets_no_word(front, head, over_tls):
    """P42: not a page, not a redirect, not a banner."""
    assert front.raw(f"{head}Connection: close\r\n\r\n".encode(), over_tls) == b""


def test_whoever_names_no_host_or_another_gets_no_certificate(front):
    """P42: so that nobody learns which site this is by trying addresses."""
    with front.line() as line:
        assert line.version() == "TLSv1.3"  # the server that refuses must not lower what the other offers
    with pytest.raises(OSError, match="unrecognized"):
        front.line("evil.example")


@pytest.mark.parametrize("twice", ["Host: plan.example.org\r\nHost: evil.example", "Host: plan.example.org/evil"])
def test_two_hosts_or_none_that_can_be_are_refused(front, twice):
    """P42: before the app is asked at all."""
    assert b" 400 " in front.raw(f"GET / HTTP/1.1\r\n{twice}\r\nConnection: close\r\n\r\n".encode()).splitlines()[0]


def test_the_clear_side_only_leads_to_the_name_of_the_site(front):
    """P42: an address that holds a line's end makes no header of its own."""
    for path in ("/about/", "/%0d%0aX-Other:%20yes", "//evil.example/"):
        sent = f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\nConnection: close\r\n\r\n"
        head = front.raw(sent.encode(), over_tls=False).decode().partition("\r\n\r\n")[0]
        assert " 301 " in head.splitlines()[0]
        assert f"Location: {SITE}{path}" in head.splitlines()
        assert "\nx-other" not in head.lower()


def test_a_body_that_trickles_is_cut_off(app, tmp_path):
    """P5: a sender who falls silent holds nothing of ours. The time is shortened here; shipped are ten seconds."""
    head = f"POST /open/ HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\nx".encode()
    with proxy(tmp_path / "slow", app.port, {"client_body_timeout 10s": "client_body_timeout 1s"}) as front:
        answer = front.raw(head)

    assert answer == b"" or b" 408 " in answer.splitlines()[0]
