"""SECURITY.md lists every promise with the files that test it, and each of them does."""

import ast
import re

import pytest

from tests.conftest import ROOT

OURS = set(range(1, 59))
ROW = re.compile(r"^\| P(\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def rows():
    """Each promise's number, with the files its row names."""
    found = ROW.findall((ROOT / "SECURITY.md").read_text())
    assert len(found) == len({number for number, *_ in found})
    return {int(number): set(re.findall(r"\((tests/[\w/]+\.py)\)", files)) for number, _, files in found}


@pytest.fixture(scope="module")
def tested():
    """Each promise's number, with the files that have a test whose description begins with it."""
    found: dict[int, set[str]] = {}
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for one in ast.walk(ast.parse(file.read_text())):
            if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
                for number in re.findall(r"P(\d+)", re.match(r"(P\d+(, | and )?)*", ast.get_docstring(one) or "")[0]):
                    found.setdefault(int(number), set()).add(str(file.relative_to(ROOT)))
    return found


def test_every_promise_stands_in_the_list(rows):
    assert set(rows) == OURS


def test_every_promise_has_a_test(tested):
    assert OURS - set(tested) == set()


def test_each_row_names_just_the_files_that_test_its_promise(rows, tested):
    assert rows == {number: tested[number] for number in rows}
