"""`manage.py content check | prove | stats`: the author's tools. Exit 0 clean, 1 findings, 2 cannot run."""

import json
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from threatmodel.content.check import check_pack
from threatmodel.content.compile import load_pack
from threatmodel.content.errors import BrokenPack
from threatmodel.content.examples import example_faults
from threatmodel.content.stats import stats
from threatmodel.engine.model import Questionnaire


class Command(BaseCommand):
    help = "Check the pack of questions and advice, or count what is in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tools = parser.add_subparsers(dest="tool", required=True)
        tools.add_parser("check", help="every fault, with file, line and remedy")
        tools.add_parser("prove", help="what must hold of every plan, proved over every set of answers")
        counts = tools.add_parser("stats", help="what the pack holds")
        counts.add_argument("--json", action="store_true", help="ids and numbers as JSON")

    def handle(self, **options: object) -> None:
        if not settings.PACK.is_dir():
            raise CommandError(f"There is no pack at {settings.PACK}.", returncode=2)
        if options["tool"] == "check":
            self.check_content()
        elif options["tool"] == "prove":
            self.prove_content()
        else:
            self.stats(as_json=bool(options["json"]))

    def check_content(self) -> None:
        faults = check_pack(settings.PACK) or example_faults(settings.PACK)
        for fault in faults:
            self.stdout.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} found. Nothing was changed.", returncode=1)
        self.stdout.write("The content is in order.")

    def prove_content(self) -> None:
        try:
            from threatmodel.content import invariants, prove
        except ModuleNotFoundError as missing:
            if missing.name != "z3":
                raise
            raise CommandError("content prove needs z3-solver: run script/setup tests first.", returncode=2) from None
        questionnaire = self.sound_pack("proves")
        failed = 0
        for proof in prove.prove(questionnaire, (*prove.properties(), *invariants.invariants())):
            result = "FAILED" if proof.counters else "proved"
            self.stdout.write(f"{result}  {proof.id:<10} {proof.cases:>5} cases  {proof.says}.")
            failed += bool(proof.counters)
            for counter in proof.counters:
                self.stdout.write(prove.as_file(counter))
        for ids, reason in invariants.NOT_PROVED:
            self.stdout.write(f"not proved here: {ids} ({reason})")
        for gate, questions in prove.leans_beyond(questionnaire).items():
            self.stdout.write(f"not proved here: that {gate!r} is on when {', '.join(questions)} is left open")
        if failed:
            raise CommandError(f"{failed} not so. Each file above is for manage.py plan.", returncode=1)

    def sound_pack(self, does: str) -> Questionnaire:
        try:
            return load_pack(settings.PACK)
        except BrokenPack as broken:
            words = f"{broken}\nMend these first: this tool {does} sound content only."
            raise CommandError(words, returncode=2) from None

    def stats(self, *, as_json: bool) -> None:
        found = stats(self.sound_pack("counts"))
        if as_json:
            self.stdout.write(json.dumps(found, indent=2))
            return
        for name, value in found.items():
            self.stdout.write(f"{name:>22}  {len(value) if isinstance(value, list) else value}")
