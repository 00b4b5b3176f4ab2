"""`manage.py plan` and `manage.py content`, run as a person runs them."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from threatmodel.content.schemas import schemas


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


def test_a_plan_is_printed_as_csv_and_nothing_else_with_it(answers):
    path = answers("pending: [subpoena-or-notice]\n")

    printed = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", "plan", path, "--format", "csv"], cwd=ROOT, capture_output=True, check=True
    ).stdout

    rows = list(csv.DictReader(io.StringIO(printed.decode("utf-8-sig"), newline=""), strict=True))
    assert printed.startswith(b"\xef\xbb\xbf")
    assert [row["id"] for row in rows if row["bucket"]] == [item["id"] for item in plan(path)["hygiene"]]


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


@pytest.fixture
def small(tmp_path):
    return shutil.copytree(ROOT / "tests" / "content" / "pack", tmp_path / "small")


def content(pack, *arguments):
    return manage("content", *arguments, THREATMODEL_PACK=str(pack))


def test_check_tells_warnings_of_the_day_and_is_clean_all_the_same(small):
    shutil.copy(ROOT / "tests" / "content" / "bad" / "L003--signed.yaml", small / "signed.yaml")

    early = content(small, "check", "--as-of", "2026-01-15")
    late = content(small, "check", "--as-of", "2027-01-15")

    assert (early.returncode, late.returncode) == (0, 0)
    assert "L003" in early.stdout
    assert "L002" not in early.stdout
    assert "L002" in late.stdout


def test_the_table_is_printed_as_csv_or_written_as_html(small, tmp_path):
    printed = content(small, "table", "--as-of", "2026-01-15")
    written = content(small, "table", "--html", "--out", tmp_path / "table.html")

    assert printed.returncode == 0
    assert "close-feeds,measure,Close your feeds" in printed.stdout
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "table.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_is_due_is_a_finding_only_when_it_is_past(small):
    near = content(small, "due", "--as-of", "2026-03-02")
    past = content(small, "due", "--as-of", "2026-03-03")

    assert (near.returncode, past.returncode) == (0, 1)
    assert "a-judge-decides" in near.stdout
    assert "a-judge-decides" in past.stdout
    assert content(small, "due", "--as-of", "2026-01-15", "--within", "10").stdout == ""


def test_links_are_listed(small):
    result = content(small, "links")

    assert (result.returncode, result.stdout) == (0, "https://example.org/help\nhttps://example.org/report\n")


def test_the_graph_is_printed_as_mermaid_or_written_as_svg(small, tmp_path):
    printed = content(small, "graph")
    written = content(small, "graph", "--svg", "--out", tmp_path / "flow.svg")

    assert printed.stdout.startswith("flowchart")
    assert (written.returncode, written.stdout) == (0, "")
    assert (tmp_path / "flow.svg").read_text(encoding="utf-8").startswith("<svg")


def test_diff_tells_same_plans_changed_plans_and_an_unknown_revision_apart(small):
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "Start"]):
        who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *command], cwd=small, check=True)  # noqa: S603, S607
    same = content(small, "diff", "HEAD")
    gates = small / "gates.yaml"
    gates.write_text(gates.read_text(encoding="utf-8").replace('{case: "yes"}', '{case: "no"}'), encoding="utf-8")
    changed = content(small, "diff", "HEAD")
    unknown = content(small, "diff", "nothing-like-it")

    assert (same.returncode, changed.returncode, unknown.returncode) == (0, 1, 2)
    assert "gate hold is now off" in changed.stdout
    assert "a-case" not in same.stdout
    assert unknown.stdout == ""


def test_schemas_are_written_into_a_directory_made_for_them(small, tmp_path):
    result = content(small, "schema", "--out", tmp_path / "new" / "schemas")

    assert result.returncode == 0
    assert len(list((tmp_path / "new" / "schemas").glob("*.schema.json"))) == len(schemas())


@pytest.mark.parametrize("tool", [["table"], ["stats"], ["due"], ["links"], ["graph"]])
def test_a_tool_that_needs_sound_content_says_what_to_mend(small, tool):
    (small / "facts.yaml").unlink()

    result = content(small, *tool)

    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_written_is_told(small, tmp_path):
    result = content(small, "graph", "--out", tmp_path / "gone" / "flow.txt")

    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("command", [["content", "due"], ["plan", "answers.yaml"]])
def test_a_day_that_is_none_is_told(command):
    assert manage(*command, "--as-of", "2026-02-30").returncode == 2


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
    assert found["quick_path"]["max"] <= found["quick_questions_at_most"]
    assert found["full_path"]["max"] <= found["full_questions_at_most"]


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
