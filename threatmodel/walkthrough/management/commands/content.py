"""`manage.py content TOOL`: the author's tools. Exit 0 clean, 1 findings, 2 cannot run."""

import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from threatmodel.content.catalogue import languages, progress, update
from threatmodel.content.compile import compile_pack, load_pack, sound_pack
from threatmodel.content.coverage import coverage
from threatmodel.content.difference import changes
from threatmodel.content.drawing import svg
from threatmodel.content.due import due
from threatmodel.content.errors import BrokenPack
from threatmodel.content.findings import check_pack
from threatmodel.content.graph import mermaid
from threatmodel.content.history import NoSuchRevision, pack_at
from threatmodel.content.links import ask_all, links
from threatmodel.content.numbering import FILE as NUMBERS
from threatmodel.content.numbering import add_numbers
from threatmodel.content.pack import read_pack
from threatmodel.content.schemas import schemas
from threatmodel.content.signing import Signatures
from threatmodel.content.stats import stats
from threatmodel.content.table import as_csv, as_html, rows
from threatmodel.walkthrough.access import today
from threatmodel.walkthrough.interface import update_interface

DAY = "the day to look from, YYYY-MM-DD; today if not said"


class Command(BaseCommand):
    help = (
        "Check the pack of questions and advice, and see it from other sides. Only `number` writes, and only numbers."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        tools = parser.add_subparsers(dest="tool", required=True)
        check = tools.add_parser("check", help="every fault, with file, line and remedy; then what asks for a look")
        tools.add_parser("prove", help="what must hold of every plan, proved over every set of answers")
        counts = tools.add_parser("stats", help="what the pack holds, and what its examples touch")
        counts.add_argument("--json", action="store_true", help="ids and numbers as JSON")
        table = tools.add_parser("table", help="one row an item, for a lawyer to read and sign")
        _one_of(table, "csv", "html")
        near = tools.add_parser("due", help="what is past or near its review, soonest first")
        near.add_argument("--within", type=int, default=30, help="how many days ahead is near (30)")
        web = tools.add_parser("links", help="every address of a source, an instrument or a referral")
        web.add_argument("--ask", action="store_true", help="ask the network whether each is there")
        graph = tools.add_parser("graph", help="which question opens which")
        _one_of(graph, "mermaid", "svg")
        versions = tools.add_parser("diff", help="whose plans change since an older version")
        versions.add_argument("revision", metavar="REV", help="a commit, branch or tag of git")
        other = tools.add_parser("translate", help="bring the catalogues of a language up to date with the texts")
        other.add_argument("lang", help="as in es")
        tools.add_parser("number", help="give what is new its permanent number, in numbers.yaml")
        editors = tools.add_parser("schema", help="JSON Schema of every kind of content file, for editors")
        editors.add_argument("--out", type=Path, required=True, help="the directory to write to")
        for tool in (table, graph):
            tool.add_argument("--out", type=Path, help="write to this file")
        for tool in (check, counts, table, near, versions):
            tool.add_argument("--as-of", type=date.fromisoformat, default=None, help=DAY)

    def handle(self, *, tool: str, **options: Any) -> None:
        if not settings.PACK.is_dir():
            raise CommandError(f"There is no pack at {settings.PACK}.", returncode=2)
        run = {
            "check": self.check_content,
            "prove": self.prove,
            "stats": self.stats,
            "table": self.table,
            "due": self.due,
            "links": self.links,
            "graph": self.graph,
            "diff": self.diff,
            "number": self.number,
            "translate": self.translate,
            "schema": self.schema,
        }[tool]
        if "as_of" in options:
            options["as_of"] = options["as_of"] or today()
        with _told():
            run(options)

    def translate(self, options: dict[str, Any]) -> None:
        done = total = 0
        lang = options["lang"]
        for path, filled, texts in chain([update_interface(lang)], update(sound_pack(settings.PACK), lang)):
            done, total = done + filled, total + texts
            if filled < texts:
                self.stdout.write(f"{os.path.relpath(path)}: {texts - filled} of {texts} to do")
        self.stdout.write(f"{done} of {total} texts are in {options['lang']}.")

    def check_content(self, options: dict[str, Any]) -> None:
        found = check_pack(settings.PACK, options["as_of"], settings.REFERRALS)
        faults = [fault for fault in found if not fault.warning]
        warnings = [fault for fault in found if fault.warning]
        self.lines((*faults, *warnings))
        if faults:
            raise CommandError(f"{len(faults)} found. Nothing was changed.", returncode=1)
        more = f" {len(warnings)} warnings: worth a look, no fault." if warnings else ""
        self.stdout.write(f"The content is in order.{more}")

    def prove(self, options: dict[str, Any]) -> None:
        try:
            from threatmodel.content import invariants, prove
        except ModuleNotFoundError as missing:
            if missing.name != "z3":
                raise
            raise CommandError("content prove needs z3-solver: run script/setup tests first.", returncode=2) from None
        questionnaire = load_pack(settings.PACK, settings.REFERRALS)
        failed = 0
        for proof in prove.prove(questionnaire, (*prove.properties(), *invariants.invariants())):
            result = "FAILED" if proof.counters else "proved"
            self.stdout.write(f"{result}  {proof.id:<10} {proof.cases:>5} cases  {proof.says}.")
            failed += bool(proof.counters)
            self.lines([prove.as_file(counter) for counter in proof.counters])
        self.lines([f"not proved here: {ids} ({reason})" for ids, reason in invariants.NOT_PROVED])
        for gate, questions in prove.leans_beyond(questionnaire).items():
            self.stdout.write(f"not proved here: that {gate!r} is on when {', '.join(questions)} is left open")
        if failed:
            raise CommandError(f"{failed} not so. Each file above is for manage.py plan.", returncode=1)

    def stats(self, options: dict[str, Any]) -> None:
        pack = sound_pack(settings.PACK, settings.REFERRALS)
        spoken = {"languages": {lang: progress(pack, lang) for lang in languages(pack)}}
        found = (
            spoken
            | stats(compile_pack(pack))
            | coverage(read_pack(settings.PACK, settings.REFERRALS), options["as_of"])
        )
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=2))
            return
        del found["options_picked"]  # one number an option: for programs
        for name, value in found.items():
            self.stdout.write(f"{name:>22}  {len(value) if isinstance(value, list) else value}")

    def table(self, options: dict[str, Any]) -> None:
        pack = load_pack(settings.PACK, settings.REFERRALS)
        found = rows(pack, Signatures(read_pack(settings.PACK, settings.REFERRALS).signed, pack), options["as_of"])
        self.text(as_html(found, pack, options["as_of"]) if options["html"] else as_csv(found), options["out"])

    def due(self, options: dict[str, Any]) -> None:
        found = due(load_pack(settings.PACK, settings.REFERRALS), options["as_of"], options["within"])
        self.lines(found)
        if past := sum(entry.days < 0 for entry in found):
            raise CommandError(f"{past} past their review.", returncode=1)

    def links(self, options: dict[str, Any]) -> None:
        urls = links(load_pack(settings.PACK, settings.REFERRALS))
        if not options["ask"]:
            self.lines(urls)
            return
        lost = 0
        for reply in ask_all(urls):
            self.stdout.write(f"{reply.status or '---'}  {reply.url}  {reply.said}")
            lost += not reply.found
        if lost:
            raise CommandError(f"{lost} of {len(urls)} did not answer as they should.", returncode=1)

    def graph(self, options: dict[str, Any]) -> None:
        pack = load_pack(settings.PACK, settings.REFERRALS)
        self.text(svg(pack) if options["svg"] else mermaid(pack), options["out"])

    def diff(self, options: dict[str, Any]) -> None:
        with pack_at(settings.PACK, options["revision"]) as before:
            found = list(changes(before, settings.PACK, options["as_of"]))
        for change in found:
            if change.differs or change.unknown:
                self.stdout.write(f"{change.example}: {change.about}")
                self.lines([f"  {line}" for line in (*change.unknown, *change.differs)])
        if changed := sum(bool(change.differs) for change in found):
            raise CommandError(f"{changed} of {len(found)} examples' plans change.", returncode=1)
        self.stdout.write(f"The plans of all {len(found)} examples are the same.")

    def number(self, options: dict[str, Any]) -> None:
        added = add_numbers(read_pack(settings.PACK))
        self.stdout.write(f"{added} new in {settings.PACK / NUMBERS}." if added else "Everything has its number.")

    def schema(self, options: dict[str, Any]) -> None:
        options["out"].mkdir(parents=True, exist_ok=True)
        for name, text in schemas().items():
            self.text(text, options["out"] / name)

    def lines(self, lines: Sequence[object]) -> None:
        for line in lines:
            self.stdout.write(str(line))

    def text(self, text: str, out: Path | None) -> None:
        """Write to a file exactly as it is, or to standard output."""
        if out:
            out.write_text(text, encoding="utf-8", newline="")
        else:
            self.stdout.write(text, ending="")


def _one_of(parser: ArgumentParser, first: str, second: str) -> None:
    """Offer two forms; without a word it is the first."""
    forms = parser.add_mutually_exclusive_group()
    for form in (first, second):
        forms.add_argument(f"--{form}", action="store_true")


@contextmanager
def _told() -> Iterator[None]:
    """Say why a tool cannot run, with exit status 2."""
    try:
        yield
    except BrokenPack as broken:
        raise CommandError(f"{broken}\nMend these first: this tool reads sound content only.", returncode=2) from None
    except (NoSuchRevision, OSError) as problem:
        raise CommandError(str(problem), returncode=2) from None
