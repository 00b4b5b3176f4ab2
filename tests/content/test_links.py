"""Addresses, asked of a server on this machine only."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from threatmodel.content.compile import load_pack
from threatmodel.content.links import ask, ask_all, links


class Answering(BaseHTTPRequestHandler):
    """Answers with the number in the path, and refuses HEAD under /get/."""

    def do_HEAD(self):
        self.answer(405 if "/get/" in self.path else int(self.path.rpartition("/")[2]))

    def do_GET(self):
        self.answer(int(self.path.rpartition("/")[2]))

    def answer(self, status):
        self.server.asked.append((self.command, self.path))
        if status == 444:
            self.server.hold.wait(5)
            return
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.asked, server.hold = [], threading.Event()
        server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.hold.set()
        server.shutdown()
        thread.join()


def test_each_address_stands_once_and_in_order(pack):
    urls = links(pack)

    assert list(urls) == sorted(set(urls))
    assert {source.url for source in pack.sources.values()} <= set(urls)
    assert {referral.web for referral in pack.referrals} <= set(urls)
    assert {instrument.url for instrument in pack.instruments.values()} <= {*urls, ""}


def test_listing_asks_nobody(small):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"https://127.0.0.1:{listening.getsockname()[1]}"
        path = small / "sources.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("https://example.org", address), encoding="utf-8")

        listed = links(load_pack(small))

        listening.setblocking(False)
        with pytest.raises(BlockingIOError):  # nobody has come
            listening.accept()
    assert listed == (f"{address}/report", "https://example.org/help")


def test_a_page_that_is_there_is_asked_once_with_head(server):
    assert ask(f"{server.address}/200").found
    assert server.asked == [("HEAD", "/200")]


def test_where_head_is_refused_get_is_tried(server):
    assert ask(f"{server.address}/get/200").status == 200
    assert [method for method, _ in server.asked] == ["HEAD", "GET"]


def test_a_page_that_is_gone_and_a_server_that_is_silent_are_told(server):
    gone, silent = ask_all([f"{server.address}/404", f"{server.address}/444"], seconds=0.2)

    assert (gone.status, gone.found) == (404, False)
    assert (silent.status, silent.found) == (0, False)
    assert silent.said


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_only_the_web_is_asked(url):
    assert ask(url).status == 0
