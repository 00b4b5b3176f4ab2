"""Somebody who walks with whatever a request can carry, and who keeps all that came back, byte by byte."""

import gzip
import re
import socket
from typing import NamedTuple
from urllib.parse import urlencode

from threatmodel.engine.answers import Answers
from threatmodel.engine.flow import path

BOUNDARY = "a-line-between-parts"


class Answer(NamedTuple):
    """What came back on the line for one request, whole."""

    method: str
    path: str
    raw: bytes

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def size(self) -> int:
        return len(self.raw)

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]

    @property
    def body(self) -> bytes:
        body = self.raw.partition(b"\r\n\r\n")[2]
        return gzip.decompress(body) if self.header("content-encoding") == "gzip" else body

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


class Person:
    """A walk of one's own. ``bears`` is put at every place of every request that has room for it."""

    def __init__(
        self, port: int, bears: str = "", comes_from: str = "127.0.0.1", network: str = "", reads: str = "gzip"
    ) -> None:
        self.port, self.bears, self.comes_from, self.network, self.reads = port, bears, comes_from, network, reads
        self.cookies: dict[str, str] = {}
        self.sealed: list[str] = []
        self.heard: list[Answer] = []

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """One request on a line of its own. Header names are written with underscores."""
        head = {"Host": f"127.0.0.1:{self.port}", "Connection": "close", "Content-Length": str(len(body))}
        if self.reads:
            head["Accept-Encoding"] = self.reads
        if self.cookies:
            head["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if self.bears:
            head |= self._strange()
            path += f"?{self.bears}-query={self.bears}-value"
        head |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
        answer = Answer(method, path, self._exchange("\r\n".join(lines).encode() + b"\r\n\r\n" + body))
        self.heard.append(answer)
        self._keep_cookies(answer)
        return answer

    def _strange(self) -> dict[str, str]:
        said = {name: f"{self.bears}-{name.lower()}" for name in ("User-Agent", "Accept-Language", "X-Other")}
        said |= {f"X-{self.bears}": "1", "Referer": f"http://127.0.0.1:{self.port}/?{self.bears}-referer"}
        return said | ({"X-Forwarded-For": self.network} if self.network else {})

    def _exchange(self, sent: bytes) -> bytes:
        received = []
        address, here = ("127.0.0.1", self.port), (self.comes_from, 0)
        with socket.create_connection(address, timeout=60, source_address=here) as line:
            line.sendall(sent)
            while part := line.recv(1 << 20):
                received.append(part)
        return b"".join(received)

    def _keep_cookies(self, answer: Answer) -> None:
        for name, value in answer.headers:
            if name == "set-cookie":
                cookie, _, content = value.split(";")[0].partition("=")
                if "max-age=0" in value.lower():
                    self.cookies.pop(cookie, None)
                    continue
                self.cookies[cookie] = content
                if cookie == "walk":
                    self.sealed.append(content)

    def send(self, path: str, *fields: tuple[str, str], **headers: str) -> Answer:
        """POST a form with its token."""
        form = [("csrfmiddlewaretoken", self.cookies.get("form", "")), *fields]
        if self.bears:
            form.append((f"{self.bears}-field", f"{self.bears}-content"))
        headers = {"Content_Type": "application/x-www-form-urlencoded"} | headers
        return self.ask("POST", path, urlencode(form).encode(), **headers)

    def upload(self, path: str, file: bytes, **fields: str) -> Answer:
        """POST a form with a file in it."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("form", "")} | fields
        parts = [f'form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
        parts.append(f'form-data; name="file"; filename="{self.bears}.txt"\r\n\r\n'.encode() + file)
        between = b"\r\n--" + BOUNDARY.encode()
        body = b"".join(between + b"\r\nContent-Disposition: " + part for part in parts)[2:] + between + b"--\r\n"
        return self.ask("POST", path, body, Content_Type=f"multipart/form-data; boundary={BOUNDARY}")

    def begin(self, depth: str = "quick") -> "Person":
        assert self.ask("GET", "/").status == 200
        assert self.send("/walk/", ("depth", depth)).status == 302
        return self

    def give(self, number: int, question: str, chosen: tuple[str, ...], **headers: str) -> Answer:
        """Answer a step."""
        return self.send(f"/walk/{number}/", ("question", question), *(("answer", one) for one in chosen), **headers)

    def walk(self, answers: Answers, depth: str = "quick") -> "Person":
        """Give these answers to whatever is asked, and say of the rest that one is unsure. Ends at the check page."""
        given, number = Answers(answers.questionnaire), 1
        while number <= len(asked := path(given, depth)):
            question = asked[number - 1].id
            chosen = answers.chosen(question) or ("unsure",)
            answer = self.give(number, question, chosen)
            assert answer.status == 302, (question, chosen, answer.status)
            given, number = given.choose(question, list(chosen)), number + 1
        assert self.ask("GET", "/walk/check/").status == 200
        return self


# What the history may keep as a title: where one is, in words for everybody.
NEUTRAL_TITLE = re.compile(r"((Question|Part) \d+( of the plan)? – |[A-Z][a-z]+( [a-z]+){0,3} – )?Plan")


def title_of(answer: Answer) -> str:
    found = re.search(rb"<title>(.*?)</title>", answer.body, re.DOTALL)
    return found[1].decode() if found else ""
