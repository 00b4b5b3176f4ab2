"""The service that docs/deploy describes: the server of script/server, with nothing to write to and nobody to call."""

import re
import shlex
import shutil
import subprocess

import pytest

from tests.conftest import ROOT

UNIT = ROOT / "docs" / "deploy" / "plan.service"
ANALYZE = shutil.which("systemd-analyze")
with_systemd = pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not on this machine")
# systemd's own grade, from 0 (nothing exposed) to 10; it calls up to 2 "OK", and a service with no such lines gets 9.6.
MOST_EXPOSED = 2.0


def settings(text: str) -> dict[str, list[str]]:
    """Each setting of a unit with the values it is given."""
    found: dict[str, list[str]] = {}
    for line in text.replace("\\\n", " ").splitlines():
        name, is_setting, value = line.partition("=")
        if is_setting and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def options(command: str) -> list[str]:
    """What granian is told, with the defaults of the settings that script/server takes from outside."""
    told = command.replace("\\\n", " ").partition("/bin/granian ")[2].partition("\n")[0]
    return shlex.split(re.sub(r'"?\$\{\w+:-(\d+)\}"?', r"\1", told))


def analyzed(tmp_path, text: str, *arguments: str) -> subprocess.CompletedProcess:
    """What systemd says of a unit, with the places of this machine in it."""
    unit = tmp_path / "plan.service"
    unit.write_text(text.replace("/srv/plan", str(ROOT)))
    return subprocess.run([ANALYZE, *arguments, unit], capture_output=True, text=True, timeout=60)  # noqa: S603


def test_the_service_runs_the_server_with_the_options_of_the_script():
    """P6: none of what script/server switches off can come back in the unit."""
    script = options((ROOT / "script" / "server").read_text())

    assert "--no-access-log" in script
    assert options(UNIT.read_text()) == script


def test_the_service_keeps_keys_in_memory_and_destroys_them_when_it_stops():
    """P7: its directory is systemd's own below /run, for it alone, and preserved over a restart at most."""
    unit = settings(UNIT.read_text())

    assert unit["RuntimeDirectory"] == ["plan"]
    assert "DynamicUser" not in unit  # its directory is behind a link, which the app refuses
    assert unit["RuntimeDirectoryMode"] == ["0700"]
    assert unit["RuntimeDirectoryPreserve"] == ["restart"]
    assert "THREATMODEL_KEY_DIRECTORY=%t/plan" in unit["Environment"]


def test_the_service_can_neither_call_out_nor_write_nor_leave_memory_on_a_disk():
    """P32: egress is blocked but for this machine; P6: no core, no swap; P2: no file system it could write to."""
    unit = settings(UNIT.read_text())
    wanted = {"IPAddressDeny": "any", "IPAddressAllow": "localhost", "LimitCORE": "0", "MemorySwapMax": "0"}
    wanted |= {"ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "NoNewPrivileges": "yes"}
    wanted |= {"UMask": "0077", "CapabilityBoundingSet": ""}

    assert {name: unit[name] for name in wanted} == {name: [value] for name, value in wanted.items()}
    assert not {"ReadWritePaths", "StateDirectory", "CacheDirectory", "LogsDirectory"} & set(unit)


def test_the_service_and_the_proxy_name_the_same_site_and_the_same_port():
    """P42: the header that tells a visitor's address is the one the proxy overwrites."""
    unit, proxy = settings(UNIT.read_text()), (UNIT.parent / "nginx.conf").read_text()
    said = dict(one.removeprefix("THREATMODEL_").split("=", 1) for one in unit["Environment"])
    port = re.search(r"--port (\d+)", unit["ExecStart"][0])[1]

    assert f"server_name {said['HOSTS']};" in proxy
    assert f"proxy_set_header {said['CLIENT_ADDRESS_HEADER']} $remote_addr;" in proxy
    assert f"return 303 {said['LEAVE_TO']};" in proxy
    assert set(re.findall(r"proxy_pass http://127.0.0.1:(\d+);", proxy)) == {port}


@with_systemd
def test_systemd_knows_every_line_of_the_unit(tmp_path):
    """P6: a line with a slip would be passed over in silence, so it is planted once to see it found."""
    text = UNIT.read_text()
    good = analyzed(tmp_path, text, "verify", "--man=no", "--recursive-errors=no")
    bad = analyzed(tmp_path, text.replace("LimitCORE", "LimitCoar"), "verify", "--man=no", "--recursive-errors=no")

    assert "plan.service" not in good.stderr
    assert "LimitCoar" in bad.stderr


@with_systemd
def test_systemd_finds_little_that_the_service_could_reach(tmp_path):
    """P32: and little that it could leave behind, by its own grade."""
    said = analyzed(tmp_path, UNIT.read_text(), "security", "--no-pager", "--offline=true").stdout

    assert float(re.search(r"exposure level for plan.service: ([\d.]+)", said)[1]) <= MOST_EXPOSED
