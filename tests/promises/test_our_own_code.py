"""What our own source must not hold: ways for a text to become SQL, markup, code or a line of a log."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

LOGGING = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "fatal"}
CALLED = {  # the last part of what is called → the rule it breaks
    **dict.fromkeys(("execute", "executemany", "executescript", "raw", "RawSQL", "extra"), "raw SQL"),
    **dict.fromkeys(("mark_safe", "SafeString", "SafeText", "html_safe"), "markup"),
    **dict.fromkeys(("csrf_exempt",), "no mark of our forms"),
    **dict.fromkeys(("system", "popen", "getoutput", "getstatusoutput"), "a shell"),
}
BUILT_IN = dict.fromkeys(("eval", "exec", "compile", "__import__"), "code")
MODULES = dict.fromkeys(("pickle", "marshal", "shelve", "dill", "cPickle", "jsonpickle"), "pickle")
IN_TEMPLATES = {
    "markup": re.compile(r"\|\s*safe(?:seq)?\b|\{%-?\s*autoescape\s+off|\{%\s*debug\b"),
    "inline": re.compile(r"<script(?![^>]*\bsrc=)|\son(?!e=|ce=)[a-z]+=|\sstyle=|javascript:", re.IGNORECASE),
}
IN_SCRIPTS = {
    "markup": re.compile(r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write"),
    "code": re.compile(r"\beval\(|new Function|set(?:Timeout|Interval)\(\s*['\"`]"),
}
ALLOWED = {
    ("threatmodel/walkthrough/held.py", "raw SQL"): (1, "counts a table's rows; the name is the database's own"),
    ("threatmodel/clinic/append_only.py", "raw SQL"): (1, "triggers of ours, as they stand in the source"),
    ("threatmodel/clinic/copies.py", "raw SQL"): (1, "a copy's integrity check, as it stands in the source"),
    ("threatmodel/clinic/frame.py", "markup"): (1, "our own style sheet, let in by its hash"),
    ("threatmodel/walkthrough/context.py", "markup"): (1, "our own style sheet, let in by its hash"),
    ("threatmodel/walkthrough/codes.py", "markup"): (1, "a code drawn from letters of a sealed text"),
    ("threatmodel/walkthrough/pages.py", "markup"): (2, "labels escaped one by one; marks around a template of ours"),
    ("threatmodel/documents/templatetags.py", "markup"): (
        3,
        "Markdown whose HTML is off, so that it is escaped; nothing; marks around what our templates rendered",
    ),
    ("threatmodel/walkthrough/management/commands/plan.py", "a log"): (3, "a command prints what it was asked for"),
    ("threatmodel/walkthrough/faults.py", "a log"): (
        2,
        "what to do about the keys; a random reference, a fault's kind",
    ),
}


def found_in(source: str) -> Iterator[str]:
    """The rules that a piece of Python breaks, once for every place. Decorators count as calls."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from _call(node)
            case ast.Import(names=names):
                yield from (MODULES[name.name] for name in names if name.name in MODULES)
            case ast.ImportFrom(module=module) if module in MODULES:
                yield MODULES[module]
            case ast.Attribute(value=ast.Name(id="sys"), attr="stdout" | "stderr"):
                yield "a log"
            case ast.FunctionDef(decorator_list=decorators) | ast.ClassDef(decorator_list=decorators):
                yield from (CALLED[name] for one in decorators if (name := _last(one)) in CALLED)


def _call(call: ast.Call) -> Iterator[str]:
    name = _last(call.func)
    if name in CALLED and (call.args or call.keywords):  # without anything to execute it is no SQL
        yield CALLED[name]
    if isinstance(call.func, ast.Name) and name in BUILT_IN:
        yield BUILT_IN[name]
    for keyword in call.keywords:
        if keyword.arg == "shell" and not _is(keyword.value, False):
            yield "a shell"
        if keyword.arg == "autoescape" and not _is(keyword.value, True):
            yield "markup"
    if name == "format_html" and not isinstance(call.args[0], ast.Constant):
        yield "markup"
    if _is_logging(call) and not all(_says_nothing(part) for part in (*call.args, *call.keywords)):
        yield "a log"


def _is_logging(call: ast.Call) -> bool:
    """Whether it writes to a log, as in ``logger.error(…)`` or ``logging.getLogger("x").error(…)``."""
    match call.func:
        case ast.Attribute(value=of, attr=attr) if attr in LOGGING:
            return (_last(of.func if isinstance(of, ast.Call) else of) or "").lower() in (
                "logger",
                "logging",
                "log",
                "getlogger",
            )
    return False


def _says_nothing(part: ast.AST) -> bool:
    """A text as it stands in the source, or the name of a fault's kind."""
    match part:
        case ast.Constant():
            return True
        case ast.Attribute(value=ast.Call(func=ast.Name(id="type")), attr="__name__"):
            return True
    return False


def _last(node: ast.AST) -> str | None:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return _last(func)
    return None


def _is(node: ast.AST, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def test_our_source_makes_no_sql_markup_code_or_log_of_what_somebody_sent():
    """P39: no raw SQL, no markup past the escaping, no exempted form, no eval, no pickle, no shell, nothing logged."""
    sources = files("threatmodel/**/*.py", "manage.py")

    found = Counter(
        (str(path.relative_to(ROOT)), rule) for path in sources for rule in found_in(path.read_text("utf-8"))
    )

    assert len(sources) > 90
    assert found == {place: count for place, (count, _) in ALLOWED.items()}


def test_no_template_or_script_lets_a_text_become_markup_or_code():
    """P39: every template escapes, none has a script or style of its own, and no script writes HTML."""
    for paths, rules in ((files("templates/**/*.html"), IN_TEMPLATES), (files("static/*.js"), IN_SCRIPTS)):
        assert paths
        for path in paths:
            for rule, pattern in rules.items():
                assert pattern.findall(path.read_text("utf-8")) == [], (path, rule)


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("cursor.execute(f'SELECT {x}')", "raw SQL"),
        ("Model.objects.raw(x)", "raw SQL"),
        ("Model.objects.extra(where=[x])", "raw SQL"),
        ("mark_safe(x)", "markup"),
        ("safestring.mark_safe(x)", "markup"),
        ("@mark_safe\ndef f(): pass", "markup"),
        ("SafeString(x)", "markup"),
        ("format_html(x)", "markup"),
        ("Engine(autoescape=False)", "markup"),
        ("@csrf_exempt\ndef view(request): pass", "no mark of our forms"),
        ("view = csrf_exempt(view)", "no mark of our forms"),
        ("eval(x)", "code"),
        ("exec(x)", "code"),
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("import os, marshal", "pickle"),
        ("run(x, shell=True)", "a shell"),
        ("run(x, shell=yes)", "a shell"),
        ("os.system(x)", "a shell"),
        ("logger.error('%s', request.path)", "a log"),
        ("logger.exception(fault)", "a log"),
        ("logger.error('x', exc_info=fault)", "a log"),
        ("logging.warning(f'{request.POST}')", "a log"),
        ("logging.getLogger('x').info(request)", "a log"),
        ("sys.stderr.write(x)", "a log"),
    ],
)
def test_what_is_planted_is_found(source, rule):
    """P39: the search finds each of what it looks for."""
    assert rule in set(found_in(source))


def test_what_is_harmless_is_not_found():
    """P39: the search is not blind by finding everything."""
    harmless = "re.compile('x')\nrun(['git'], shell=False)\nlogger.error('kind [%s]', type(fault).__name__)\nz3.eval(x)"

    assert list(found_in(harmless)) == []


@pytest.mark.parametrize(
    ("rules", "rule", "text"),
    [
        (IN_TEMPLATES, "markup", "{{ x|safe }}"),
        (IN_TEMPLATES, "markup", "{{ x | safeseq }}"),
        (IN_TEMPLATES, "markup", "{% autoescape off %}"),
        (IN_TEMPLATES, "inline", "<script>x</script>"),
        (IN_TEMPLATES, "inline", "<p onclick=x>"),
        (IN_TEMPLATES, "inline", '<a href="javascript:x">'),
        (IN_SCRIPTS, "markup", "node.innerHTML = x"),
        (IN_SCRIPTS, "code", "eval(x)"),
        (IN_SCRIPTS, "code", "setTimeout('x', 1)"),
    ],
)
def test_what_is_planted_in_a_template_or_script_is_found(rules, rule, text):
    """P39"""
    assert rules[rule].search(text)
