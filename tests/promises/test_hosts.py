"""Who we are and what is asked for comes from the request's own line and host alone, whatever else a request says."""

import re

import pytest

from tests.promises.server import in_memory, shipped

EVIL = "evil.example"
OWN = b"Host: 127.0.0.1\r\n"
TLS_ASKED = {"Host": "plan.example.org", "X_Forwarded_Proto": "https"}
TRICKS = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-Port": "8443",
    "X-Forwarded-For": "203.0.113.9, 127.0.0.1",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Scheme": "ftp",
    "X-Script-Name": "/evil",
    "Script-Name": "/evil",
    "Path-Info": "/plan/",
    "Forwarded": f"for=203.0.113.9;host={EVIL};proto=ftp",
    "X-Host": EVIL,
    "X-Original-Host": EVIL,
    "X-Original-URL": "/walk/delete/",
    "X-Rewrite-URL": "/walk/delete/",
    "X-HTTP-Method-Override": "DELETE",
    "X-HTTP-Method": "POST",
    "X-Method-Override": "POST",
    "X-Real-IP": "203.0.113.9",
    "True-Client-IP": "203.0.113.9",
    "Proxy": f"http://{EVIL}/",
    "Upgrade": "h2c",
    "Range": "bytes=0-10",
    "If-None-Match": "*",
    "Accept-Encoding": "br, zstd, gzip;q=0",
    "X-Requested-With": "XMLHttpRequest",
}
PAGES = ("/", "/about", "/leave/", "/plan.pdf", "/walk/delete/", "/nothing/")
FOREIGN_HOSTS = [
    *(b"Host: %s\r\n" % host for host in (b"evil.example", b"127.0.0.1.evil.example", b"127.0.0.1, evil.example")),
    *(b"Host: %s\r\n" % host for host in (b"127.0.0.1@evil.example", b"127.0.0.1:80@evil.example", b"127.0.0.1#", b"")),
    *(b"Host: %s\r\n" % host for host in (b"evil.example/127.0.0.1", b"\xff", b"xn--\xc3\xa9", b"127.0.0.1%0d%0a")),
    OWN + b"Host: evil.example\r\n",
    b"Host: evil.example\r\n" + OWN,
    OWN + b"host: 127.0.0.1\r\n",
    b"Host : 127.0.0.1\r\n",
    OWN + b" Host: evil.example\r\n",
    b"",
]
LINES = [
    *(b"GET %s HTTP/1.1" % path for path in (b"//evil.example", b"//evil.example/", b"//about", b"/\\evil.example")),
    *(
        b"GET %s HTTP/1.1" % path
        for path in (b"/%2fevil.example", b"/%5cevil.example/", b"/%2e%2e/about/", b"/./about")
    ),
    *(b"GET %s HTTP/1.1" % path for path in (b"/x/../about", b"/about;x", b"/about/;x", b"/about/%00", b"/about./")),
    *(b"GET %s HTTP/1.1" % path for path in (b"/about/.", b"/ABOUT/", b"/about/%ff", b"/%0d%0aX-Other:%20yes", b"*")),
    *(b"GET %s HTTP/1.1" % path for path in (b"?x", b"/\xff", b"/static/../manage.py", b"/static/%2e%2e/manage.py")),
    *(b"GET %s HTTP/1.1" % path for path in (b"/static//etc/passwd", b"/static/%00", b"/walk/-1/", b"/walk/%D9%A1/")),
    *(
        b"GET %s HTTP/1.1" % path
        for path in (b"/walk/1e1/", b"/samples/../plan/", b"/letters/%2e%2e%2f.pdf", b"/plan.pdf/")
    ),
    *(
        b"%s /plan/ HTTP/1.1" % method
        for method in (b"CONNECT", b"TRACE", b"TRACK", b"DEBUG", b"PROPFIND", b"get", b"\xff")
    ),
    b"GET http://evil.example/about HTTP/1.1",
    b"GET http://evil.example//evil.example HTTP/1.1",
    b"OPTIONS * HTTP/1.1",
    b"CONNECT evil.example:443 HTTP/1.1",
    b"GET / HTTP/9.9",
    b"PRI * HTTP/2.0",
]
LENGTHS = [
    *(
        b"Content-Length: %s\r\n\r\nabcde" % length
        for length in (b"-5", b"+5", b"5x", b"0x5", b"5, 6", b"9" * 30, b"9" * 5000)
    ),
    b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    *(b"Transfer-Encoding: %s\r\n\r\n5\r\nabcde\r\n0\r\n\r\n" % how for how in (b"xchunked", b"chunked, identity")),
    b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n0\r\n\r\n",
]


@pytest.fixture(scope="module")
def secure(tmp_path_factory):
    """As behind a proxy that ends TLS."""
    with in_memory() as keys:
        environment = keys | {"THREATMODEL_HTTPS": "yes", "THREATMODEL_HOSTS": "plan.example.org"}
        with shipped(tmp_path_factory.mktemp("secure"), **environment) as server:
            yield server


def said(response) -> dict[str, object]:
    """Where an answer leads, what it links to, what it sets, and its head but for what is new every time."""
    text = response.body.decode("utf-8", "replace")
    new_each_time = re.compile(r"(?<=form=)\w+|\b\d\d:\d\d:\d\d\b")
    head = sorted((name.lower(), new_each_time.sub("", value)) for name, value in response.getheaders())
    return {"status": response.status, "head": head, "links": re.findall(r'(?:href|action|src)="([^"]*)"', text)}


@pytest.mark.parametrize("header", TRICKS)
def test_no_header_changes_where_we_lead_what_we_set_or_what_is_done(clear, secure, header):
    """P42: links, redirects, cookies and status are those of the same request without it, with TLS and without."""
    for server, asked in ((clear, {}), (secure, TLS_ASKED)):
        for path in PAGES:
            tricked = server.ask("GET", path, **asked | {header: TRICKS[header]})

            assert said(tricked) == said(server.ask("GET", path, **asked)), path


def test_a_visitor_who_says_https_themselves_gets_no_secure_site_where_there_is_none(clear, secure):
    """P42: without TLS in the settings the header counts for nothing; with TLS, whoever came without is sent there."""
    assert said(clear.ask("GET", "/", X_Forwarded_Proto="https")) == said(clear.ask("GET", "/"))

    sent = secure.ask("GET", "/about/?x=y", Host="plan.example.org", X_Forwarded_Host=EVIL)

    assert sent.status == 301
    assert sent.getheader("location") == "https://plan.example.org/about/?x=y"


def answered(server, sent: bytes) -> tuple[int, bytes]:
    """The status of the only answer to what was sent, and all of the answer. Zero where the line was just closed."""
    got = server.raw(sent, 10)
    assert got.count(b"HTTP/1.") <= 1
    return int(got.split(maxsplit=2)[1]) if got else 0, got


@pytest.mark.parametrize("hosts", FOREIGN_HOSTS)
def test_another_host_more_than_one_or_none_is_refused(clear, secure, hosts):
    """P42: 400, with no redirect and no cookie."""
    for server in (clear, secure):
        status, got = answered(server, b"GET /about HTTP/1.1\r\n" + hosts + b"Connection: close\r\n\r\n")

        assert status == 400
        assert b"location:" not in got.lower()
        assert b"set-cookie:" not in got.lower()
        assert EVIL.encode() not in got


@pytest.mark.parametrize("line", LINES)
def test_no_spelling_of_an_address_leads_elsewhere_or_to_a_fault(clear, line):
    """P42: an address is ours as we write it, or there is none; nothing of it is repeated in the answer."""
    status, got = answered(clear, line + b"\r\n" + OWN + b"Connection: close\r\n\r\n")

    head = got.partition(b"\r\n\r\n")[0].lower()
    assert status < 500
    assert EVIL.encode() not in got
    assert b"x-other" not in head
    assert b"passwd" not in got
    assert b"DJANGO_SETTINGS_MODULE" not in got
    for place in re.findall(rb"^location: *(.*)$", head, re.MULTILINE):
        assert re.fullmatch(rb"/[a-z.]+/\s*", place)


@pytest.mark.parametrize("lengths", LENGTHS)
def test_a_body_of_two_lengths_or_none_is_refused(clear, lengths):
    """P42: what a proxy and we could cut in different places is refused: as no request, or for want of our mark."""
    status, _ = answered(clear, b"POST /open/ HTTP/1.1\r\n" + OWN + lengths)

    assert status in (0, 400, 403)


def test_a_request_hidden_in_the_body_of_another_is_not_answered_as_ours(clear):
    """P42: of two lengths that contradict each other the line's rules know one winner; with it nothing is left open."""
    hidden = b"0\r\n\r\nGET /healthz HTTP/1.1\r\n" + OWN + b"\r\n"
    for both in (
        b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
    ):
        got = clear.raw(b"POST /open/ HTTP/1.1\r\n" + OWN + both % len(hidden) + b"\r\n" + hidden, 4)

        assert got.count(b"HTTP/1.1 ") == 1, got
        assert b"\r\n\r\nok\n" not in got


def test_no_form_changes_the_method_it_was_sent_with(clear):
    """P42: `_method` and its like are fields that nobody reads."""
    start = clear.ask("GET", "/")
    token = re.search(rb'csrfmiddlewaretoken" value="(\w+)"', start.body)[1].decode()
    cookie = start.getheader("set-cookie").split(";")[0]
    form = f"csrfmiddlewaretoken={token}&_method=GET&_HttpMethod=GET&method=GET"

    left = clear.ask("POST", "/leave/", form, Cookie=cookie, Content_Type="application/x-www-form-urlencoded")
    looked = clear.ask("GET", "/walk/delete/?_method=POST", Cookie=cookie)

    assert left.status == looked.status == 405
    assert left.getheader("set-cookie") is None
