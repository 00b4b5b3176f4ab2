"""`manage.py content check | stats`: the author's tools. Exit 0 clean, 1 findings, 2 cannot run."""

import json
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from threatmodel.content.compile import load_pack
from threatmodel.content.errors import BrokenPack
from threatmodel.content.findings import check_pack
from threatmodel.content.stats import stats


class Command(BaseCommand):
    help = "Check the pack of questions and advice, or count what is in it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        tools = parser.add_subparsers(dest="tool", required=True)
        tools.add_parser("check", help="every fault, with file, line and remedy")
        counts = tools.add_parser("stats", help="what the pack holds")
        counts.add_argument("--json", action="store_true", help="ids and numbers as JSON")

    def handle(self, **options: object) -> None:
        if not settings.PACK.is_dir():
            raise CommandError(f"There is no pack at {settings.PACK}.", returncode=2)
        if options["tool"] == "check":
            self.check_content()
        else:
            self.stats(as_json=bool(options["json"]))

    def check_content(self) -> None:
        found = check_pack(settings.PACK)
        faults = [fault for fault in found if not fault.warning]
        warnings = [fault for fault in found if fault.warning]
        for fault in faults:
            self.stdout.write(str(fault))
        for warning in warnings:
            self.stdout.write(f"warning: {warning}")
        if faults:
            raise CommandError(f"{len(faults)} found. Nothing was changed.", returncode=1)
        self.stdout.write(f"The content is in order; {len(warnings)} warnings.")

    def stats(self, *, as_json: bool) -> None:
        try:
            found = stats(load_pack(settings.PACK))
        except BrokenPack as broken:
            raise CommandError(
                f"{broken}\nMend these first: content stats counts sound content only.", returncode=2
            ) from None
        if as_json:
            self.stdout.write(json.dumps(found, indent=2))
            return
        for name, value in found.items():
            self.stdout.write(f"{name:>22}  {len(value) if isinstance(value, list) else value}")
