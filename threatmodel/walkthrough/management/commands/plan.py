"""`manage.py plan ANSWERS.yaml`: the plan for an answers file, as JSON or CSV on standard output."""

import json
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from threatmodel.content.answers_file import read_answers
from threatmodel.content.errors import BrokenPack
from threatmodel.documents.export import plan_json
from threatmodel.documents.packs import questionnaire
from threatmodel.documents.paper import printable
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.documents.spreadsheet import plan_csv
from threatmodel.engine.flow import at_depth
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough.access import today


class Command(BaseCommand):
    help = (
        "Print the plan for an answers file, as plan/1 (JSON) or CSV. Faults go to standard error, with exit status 2."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("answers", type=Path, help="YAML: question id → option id or list of them")
        parser.add_argument("--depth", choices=["quick", "full"], default="full", help="whose questions count")
        parser.add_argument("--lang", default="", choices=["", *settings.SPOKEN], help="language of the plan")
        parser.add_argument("--format", choices=["json", "csv"], default="json", help="CSV: docs/plan-csv.md")
        parser.add_argument("--pdf", type=Path, help="write the plan as a PDF to this file as well")
        parser.add_argument(
            "--for", dest="audience", choices=["client", "counsel"], default="client", help="take-home, or for a lawyer"
        )
        parser.add_argument("--paper", dest="size", choices=["letter", "a4"], default="letter", help="size of the PDF")
        parser.add_argument("--large", action="store_true", help="large print in the PDF")
        parser.add_argument(
            "--as-of", type=date.fromisoformat, help="the day to plan for, YYYY-MM-DD; today if not said"
        )

    def handle(self, **options: object) -> None:
        with translation.override(options["lang"] or settings.LANGUAGE_CODE):  # type: ignore[arg-type]
            self.print(options)

    def print(self, options: Mapping[str, object]) -> None:
        try:
            answers = read_answers(options["answers"], questionnaire())  # type: ignore[arg-type]
        except BrokenPack as broken:
            raise CommandError(str(broken), returncode=2) from None
        day = options["as_of"] or today()
        answers = at_depth(answers, options["depth"])  # type: ignore[arg-type]
        plan = build_plan(answers, day, staff=options["audience"] == "counsel")  # type: ignore[arg-type]
        large = bool(options["large"])
        if isinstance(target := options["pdf"], Path):
            html, css = printable(answers, day, options["audience"], options["size"], large=large, staff=True)  # type: ignore[arg-type]
            target.write_bytes(html_to_pdf(html, css))
        if options["format"] == "csv":
            sys.stdout.buffer.write(plan_csv(plan))
            return
        json.dump(plan_json(plan), sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
