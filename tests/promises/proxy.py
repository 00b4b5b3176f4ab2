"""nginx with the configuration of docs/deploy: only paths, ports and, where a test says so, single lines are others."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.conftest import ROOT

NAME = "plan.example.org"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIGURATION = ROOT / "docs" / "deploy" / "nginx.conf"
SPOOLS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
READY = 300


class Proxy(NamedTuple):
    """A running proxy: where it answers, over TLS and in the clear, and the directory of everything it may write."""

    port: int
    clear: int
    directory: Path
    process: subprocess.Popen

    def line(self, name: str = NAME) -> ssl.SSLSocket:
        """A line over TLS to the site of that name."""
        context = ssl.create_default_context(cafile=self.directory / "authority.pem")
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.port), 20), server_hostname=name)

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> http.client.HTTPResponse:
        """One request. Header names are written with underscores. The answer is read already."""
        with self.line() as line:
            connection = http.client.HTTPConnection(NAME)
            connection.sock = line
            connection.request(method, path, body, {name.replace("_", "-"): said for name, said in headers.items()})
            response = connection.getresponse()
            response.body = response.read()
        return response

    def raw(self, sent: bytes, over_tls: bool = True) -> bytes:
        """Whatever comes back for these bytes until the line is closed."""
        received = b""
        with self.line() if over_tls else socket.create_connection(("127.0.0.1", self.clear), 20) as line:
            try:
                line.sendall(sent)
                while part := line.recv(65536):
                    received += part
            except (ConnectionError, ssl.SSLError):
                pass
        return received

    def forbid_spooling(self) -> None:
        """From now on a body or an answer that would go to a file cannot: whoever sent it gets an error."""
        for name in SPOOLS:
            shutil.rmtree(self.directory / name)


def certificate(directory: Path) -> None:
    """Writes authority.pem, which nobody but these tests trusts, and a certificate for the site that it signed."""
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests only")])
    site = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    own = _signed(authority, keys[0], keys[0], x509.BasicConstraints(ca=True, path_length=0))
    leaf = _signed(site, keys[1], keys[0], x509.SubjectAlternativeName([x509.DNSName(NAME)]))
    (directory / "authority.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    (directory / "site.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    (directory / "site.key").write_bytes(
        keys[1].private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def _signed(subject: x509.Name, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, extension):
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).public_key(key.public_key())
    builder = builder.issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests only")]))
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=30))
    builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    builder = builder.add_extension(_use(by_authority=key is by), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key())
    return builder.add_extension(issuer, critical=False).sign(by, hashes.SHA256())


def _use(by_authority: bool) -> x509.KeyUsage:
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign crl_sign"
    )
    use = dict.fromkeys([*names.split(), "encipher_only", "decipher_only"], False)
    return x509.KeyUsage(**use | {"key_cert_sign" if by_authority else "digital_signature": True})


def written(directory: Path, app: int, tls: int, clear: int, changed: dict[str, str]) -> Path:
    """Our configuration with places of this machine, and with these lines of it changed."""
    text = CONFIGURATION.read_text()
    places = {
        "listen 80": f"listen 127.0.0.1:{clear}",
        "listen 443": f"listen 127.0.0.1:{tls}",
        "http://127.0.0.1:8000": f"http://127.0.0.1:{app}",
        "/etc/ssl/plan.example.org.pem": str(directory / "site.pem"),
        "/etc/ssl/private/plan.example.org.key": str(directory / "site.key"),
    }
    for was, becomes in (places | changed).items():
        assert was in text, was
        text = text.replace(was, becomes)
    spools = "".join(f"{name}_temp_path {directory / name};\n" for name in SPOOLS)
    own = "" if os.getuid() else "user root root;\n"  # or it could not write below the tests' directory
    path = directory / "nginx.conf"
    path.write_text(f"{own}pid {directory / 'pid'};\n{re.sub(r'(?m)^http {', f'http {{{chr(10)}{spools}', text)}")
    return path


def free_ports(count: int) -> list[int]:
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def checked(directory: Path, **changed: str) -> subprocess.CompletedProcess:
    """What `nginx -t` says of our configuration."""
    certificate(directory)
    path = written(directory, *free_ports(3), changed)
    command = [NGINX, "-t", "-p", directory, "-c", path]
    return subprocess.run(command, capture_output=True, text=True, timeout=30)  # noqa: S603


@contextmanager
def proxy(directory: Path, app: int, changed: dict[str, str] | None = None, before: tuple = ()) -> Iterator[Proxy]:
    """nginx in front of the server on port ``app``. ``before`` is what to run it under."""
    directory.mkdir(exist_ok=True)
    certificate(directory)
    tls, clear = free_ports(2)
    path = written(directory, app, tls, clear, changed or {})
    command = [*before, NGINX, "-p", directory, "-c", path, "-g", "daemon off;"]
    with (directory / "printed").open("wb") as output:
        process = subprocess.Popen(command, cwd=directory, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603
    one = Proxy(tls, clear, directory, process)
    try:
        _wait(one)
        yield one
    finally:
        with suppress(FileNotFoundError):  # it never began
            os.kill(int((directory / "pid").read_text()), signal.SIGTERM)  # what it runs under may not pass this on
        process.wait(timeout=20)


def _wait(one: Proxy) -> None:
    for _ in range(READY):
        assert one.process.poll() is None, (one.directory / "printed").read_text()
        try:
            one.line().close()
        except ssl.SSLCertVerificationError:
            raise
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the proxy does not answer")
