"""`manage.py plan` and `manage.py content`, run as a person runs them."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT


def manage(*arguments, **environment):
    return subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


@pytest.fixture
def answers(tmp_path):
    def write(text):
        path = tmp_path / "answers.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def plan(path, *options):
    result = manage("plan", path, *options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_a_plan_is_printed_as_json_and_written_as_pdf(answers, tmp_path):
    pdf = tmp_path / "plan.pdf"

    printed = plan(answers("pending: [subpoena-or-notice]\n"), "--pdf", pdf, "--as-of", "2026-11-23")

    assert printed["schema"] == "plan/1"
    assert printed["as_of"] == "2026-11-23"
    assert printed["gates"]["hold"]["because"] == [
        {"question": "pending", "option": "subpoena-or-notice", "assumed": False}
    ]
    assert not {"destroy", "retention"} & {item["action"] for item in printed["hygiene"]}
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_the_quick_depth_takes_only_the_quick_answers(answers):
    path = answers("reported: letter\npending: none\n")

    assert "reported" not in plan(path, "--depth", "quick")["asked"]
    assert "reported" in plan(path)["asked"]


def test_for_counsel_the_items_for_staff_are_there_too(answers):
    path = answers("")

    client = {item["id"] for item in plan(path)["legal"]}
    counsel = {item["id"] for item in plan(path, "--for", "counsel")["legal"]}
    assert client < counsel


def test_an_unknown_id_prints_nothing_and_names_file_line_and_the_nearest(answers):
    path = answers("who: me\npendng: none\n")

    result = manage("plan", path)

    assert (result.returncode, result.stdout) == (2, "")
    assert f"{path}:2:" in result.stderr
    assert "'pending'" in result.stderr


def test_a_file_that_is_not_there_and_a_language_there_is_not_are_told(answers, tmp_path):
    missing = manage("plan", tmp_path / "gone.yaml")
    foreign = manage("plan", answers(""), "--lang", "xx")

    assert (missing.returncode, missing.stdout) == (2, "")
    assert (foreign.returncode, foreign.stdout) == (2, "")
    assert "gone.yaml" in missing.stderr


def test_check_is_clean_on_our_pack():
    assert manage("content", "check").returncode == 0


def test_check_tells_faults_with_status_one_and_a_missing_pack_with_two(tmp_path):
    small = shutil.copytree(ROOT / "tests" / "content" / "pack", tmp_path / "small")
    shutil.copy(ROOT / "tests" / "content" / "bad" / "R005--vectors--all.yaml", small / "vectors" / "all.yaml")

    broken = manage("content", "check", THREATMODEL_PACK=str(small))
    missing = manage("content", "check", THREATMODEL_PACK=str(tmp_path / "gone"))

    assert broken.returncode == 1
    assert "R005" in broken.stdout
    assert missing.returncode == 2


def test_a_broken_pack_stops_the_server_with_file_line_and_remedy(tmp_path):
    small = shutil.copytree(ROOT / "tests" / "content" / "pack", tmp_path / "small")
    shutil.copy(ROOT / "tests" / "content" / "bad" / "R003--measures--all.yaml", small / "measures" / "all.yaml")

    result = subprocess.run(
        [sys.executable, "-c", "import threatmodel.wsgi"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=os.environ | {"THREATMODEL_PACK": str(small)},
        check=False,
    )

    assert result.returncode == 1
    assert "measures/all.yaml:3: R003" in result.stderr
    assert "Traceback" not in result.stderr


def test_stats_as_json_list_the_ids(pack):
    found = json.loads(manage("content", "stats", "--json").stdout)

    assert found["questions"] == [question.id for question in pack.questions]
    assert found["vectors"] == [vector.id for vector in pack.vectors]
    assert found["measures"] == [measure.id for measure in pack.measures]
    assert found["safeguards"] == [safeguard.id for safeguard in pack.safeguards]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("THREATMODEL_HTTPS", "perhaps"),
        ("THREATMODEL_LEAVE_TO", "javascript:alert(1)"),
        ("THREATMODEL_HOSTS", "plan.example.org"),
    ],
)
def test_a_bad_setting_stops_the_start_with_a_sentence(setting, value):
    result = manage("check", **{setting: value})

    assert result.returncode != 0
    assert setting in result.stderr
