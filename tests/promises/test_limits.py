"""What one network may ask for in a minute, and that counting it keeps no address."""

import re
import time
from ipaddress import ip_address
from pathlib import Path

import pytest
from django.test import Client, RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.promises.server import shipped
from tests.walkthrough.cast import current
from threatmodel.limits import network_of
from threatmodel.meter import HEAD, MINUTE, PAPERS, SEALING, SLOTS, TABLES, WALKING, Budget, Meter

NOW = 1_800_000_000
SMALL = Budget(1, 3, 5)


def test_a_network_gets_its_budget_and_another_is_not_touched(tmp_path):
    """P4: the limit tells networks apart although it keeps none of their addresses."""
    meter = Meter(tmp_path)

    mine = [meter.take(SMALL, "203.0.113.9", NOW) for _ in range(5)]

    assert mine == [True, True, True, False, False]
    assert meter.take(SMALL, "203.0.113.10", NOW)
    assert Meter(tmp_path).take(SMALL, "203.0.113.9", NOW) is False, "another worker counts in the same place"
    assert meter.take(SMALL, "203.0.113.9", NOW + MINUTE)


def test_who_only_walks_uses_up_nothing_of_what_others_may_seal(tmp_path):
    """P41: pages and sealings are counted apart, however many people walk."""
    meter = Meter(tmp_path)
    for network in range(5000):
        for _ in range(SEALING.each):
            meter.take(WALKING, f"walker {network}", NOW)

    assert all(meter.take(SEALING, f"sealer {network}", NOW) for network in range(200))


def test_what_the_limits_keep_is_a_count_that_no_address_can_be_read_from(tmp_path):
    """P4: neither an address nor a hash of one is in the file, its size is fixed, and a minute later all is new."""
    meter = Meter(tmp_path)
    addresses = [f"198.51.100.{last}" for last in range(100)]
    for address in addresses:
        meter.take(WALKING, address, NOW)
    kept = (tmp_path / "limits").read_bytes()

    meter.take(WALKING, addresses[0], NOW + MINUTE)

    assert len(kept) == HEAD.size + 2 * TABLES * SLOTS
    for address in addresses:
        assert address.encode() not in kept
        assert ip_address(address).packed not in kept[HEAD.size :]
    assert set(kept[HEAD.size :]) <= set(range(8)), "counts and nothing else"
    after = (tmp_path / "limits").read_bytes()
    assert after[: HEAD.size] != kept[: HEAD.size]
    assert sum(after[HEAD.size :]) == 1
    assert (tmp_path / "limits").stat().st_mode & 0o077 == 0


@given(address=st.ip_addresses(), forwarded=st.ip_addresses())
def test_no_header_that_the_operator_did_not_name_says_who_asks(address, forwarded):
    """P42: X-Forwarded-For and its like change no limit; the line itself counts, if it is not a proxy's."""
    names = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "X-Client-Address")
    request = RequestFactory(headers=dict.fromkeys(names, str(forwarded))).get("/", REMOTE_ADDR=str(address))

    plain = RequestFactory().get("/", REMOTE_ADDR=str(address))

    assert network_of(request) == network_of(plain)
    assert bool(network_of(plain)) == address.is_global
    with override_settings(CLIENT_ADDRESS_HEADER="X-Client-Address"):
        assert network_of(request)
        assert network_of(plain) == ""


def test_an_address_of_the_fourth_version_is_its_own_network_however_it_is_written():
    """P42: a server that listens for both versions writes the older one inside the newer."""
    with override_settings(CLIENT_ADDRESS_HEADER="X-Client-Address"):
        written = ("198.51.100.7", "::ffff:198.51.100.7", "::ffff:198.51.100.8", "2001:db8::1", "2001:db8::2")
        told = [network_of(RequestFactory(headers={"X-Client-Address": one}).get("/")) for one in written]

    assert told[0] == told[1] != told[2]
    assert told[3] == told[4]
    assert len(set(told)) == 3


def test_the_last_address_of_a_named_header_counts_since_the_proxy_put_it_there():
    """P42: what a visitor writes into the header themselves stands before what the proxy adds."""
    request = RequestFactory(headers={"X-Forwarded-For": "1.2.3.4, 203.0.113.9"}).get("/")

    with override_settings(CLIENT_ADDRESS_HEADER="X-Forwarded-For"):
        assert network_of(request) == "203.0.113.9"


@pytest.mark.parametrize(("route", "budget"), [("/plan.pdf", PAPERS), ("/open/", SEALING), ("/walk/", WALKING)])
def test_who_asks_too_much_is_told_when_to_come_back_and_loses_nothing(route, budget, tmp_path, monkeypatch, settings):
    """P41: past its budget a network gets 429 with Retry-After and a way on; it may still leave and delete."""
    limited(settings, tmp_path)
    monkeypatch.setattr("threatmodel.limits.time", lambda: NOW)
    client, sent = Client(REMOTE_ADDR="8.8.8.8"), {"text": "x", "passphrase": "a passphrase of somebody"}
    client.post("/walk/", {"depth": "quick"})
    walk = current(client)
    meter = Meter(tmp_path)
    while meter.take(budget, "8.8.8.8", NOW):
        pass

    response = client.post(route, sent)

    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= MINUTE
    assert b"<h1" in response.content
    assert b'href="/walk/"' in response.content
    assert current(client) == walk
    assert client.post(route, sent, REMOTE_ADDR="8.8.4.4").status_code != 429
    assert client.post("/walk/delete/").status_code == 200
    assert client.get("/leave/").status_code == 303
    monkeypatch.setattr("threatmodel.limits.time", lambda: NOW + MINUTE)
    assert client.post(route, sent).status_code != 429


def limited(settings, directory):
    """Switch the limits on, with counts of this test alone."""
    settings.LIMITS, settings.KEY_DIRECTORY = True, str(directory)


def test_what_another_site_makes_a_browser_ask_for_uses_up_no_papers_and_no_sealing(tmp_path, settings, monkeypatch):
    """P41: no form without our mark counts as sealing, and no look without a walk as a paper."""
    limited(settings, tmp_path)
    monkeypatch.setattr("threatmodel.limits.time", lambda: NOW)
    hostile = Client(enforce_csrf_checks=True, REMOTE_ADDR="8.8.8.8")
    for _ in range(3 * SEALING.each):
        assert hostile.post("/open/", {"text": "x", "passphrase": "y"}).status_code == 403
        assert hostile.get("/plan.pdf").status_code == 409

    meter = Meter(tmp_path)
    assert all(meter.take(SEALING, "8.8.8.8", NOW) for _ in range(SEALING.each))
    assert all(meter.take(PAPERS, "8.8.8.8", NOW) for _ in range(PAPERS.each))


def test_addresses_that_there_are_not_count_too(tmp_path, settings, monkeypatch):
    """P41: each is a whole page to make."""
    limited(settings, tmp_path)
    monkeypatch.setattr("threatmodel.limits.time", lambda: NOW)
    meter = Meter(tmp_path)
    for _ in range(WALKING.each - 1):
        meter.take(WALKING, "8.8.8.8", NOW)

    assert [Client(REMOTE_ADDR="8.8.8.8").get("/nothing/").status_code for _ in range(2)] == [404, 429]


def test_without_an_address_all_share_a_budget_that_one_walk_cannot_use_up():
    """P42: behind a proxy that names nobody, the budget is everybody's, and far above what one may have."""
    for budget in (WALKING, PAPERS, SEALING):
        assert budget.together >= 5 * budget.each


def test_full_memory_costs_the_count_and_not_the_walk(client, settings, tmp_path):
    """P53: where the counts cannot be kept, pages are served as ever."""
    limited(settings, tmp_path)
    (tmp_path / "limits").mkdir()
    with pytest.raises(OSError, match="directory"):
        Meter(tmp_path).take(WALKING, "", NOW)

    assert Client().get("/notice/").status_code == 200


def test_a_head_that_trickles_in_is_cut_off(tmp_path):
    """P5: who has not sent a whole head within seconds is cut off. Bodies that trickle are the proxy's to stop."""
    with shipped(tmp_path) as server:
        begun = time.monotonic()
        answer = server.raw(b"GET / HTTP/1.1\r\nHos")

    assert answer == b""
    assert time.monotonic() - begun < 12


def blocks(text: str) -> dict[str, list[str]]:
    """Each directive of an nginx configuration with what is said of it, wherever it stands."""
    found: dict[str, list[str]] = {}
    for line in re.sub(r"#.*", "", text).replace("{", ";").replace("}", ";").split(";"):
        name, _, value = " ".join(line.split()).partition(" ")
        found.setdefault(name, []).append(value)
    return found


def test_the_proxy_we_describe_writes_nothing_down():
    """P5: bodies fit its buffer, answers never spool, no access log, no error log with addresses, no compression."""
    proxy = blocks((ROOT / "docs" / "deploy" / "nginx.conf").read_text())

    assert proxy["client_max_body_size"] == ["64k", "0"]  # the second is of the page that says so
    assert proxy["client_body_buffer_size"] == ["64k"]
    assert proxy["proxy_max_temp_file_size"] == ["0"]
    assert proxy["access_log"] == ["off"]
    assert proxy["error_log"] == ["/dev/null emerg"]
    assert proxy["gzip"] == ["off"]
    assert proxy["server_tokens"] == ["off"]
    assert set(proxy["proxy_request_buffering"]) == {"on"}
    for timeout in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        assert int(proxy[timeout][0].removesuffix("s")) <= 15
    assert "X-Forwarded-Proto https" in proxy["proxy_set_header"]
    assert [one for one in proxy["proxy_set_header"] if "X-Forwarded-For" in one] == ['X-Forwarded-For ""']


def test_the_server_that_ships_writes_no_access_log_and_no_core():
    """P6: script/server switches the access log and core dumps off, and renews its workers."""
    script = Path(ROOT / "script" / "server").read_text()

    for option in ("--no-access-log", "ulimit -c 0", "--workers-lifetime", "--http1-header-read-timeout"):
        assert option in script
