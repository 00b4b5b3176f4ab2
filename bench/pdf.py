"""Our PDF against plain WeasyPrint on the same HTML and style; and what a renderer takes in memory."""

import resource
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from bench import bare  # noqa: F401  sets Django up
from bench.timing import compare, show
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.documents.view import plan_view
from threatmodel.engine.answers import Answers
from threatmodel.engine.plan import build_plan
from threatmodel.walkthrough.access import today
from threatmodel.walkthrough.packs import questionnaire


def plain(html: str) -> Any:
    from weasyprint import CSS, HTML

    style = (settings.BASE_DIR / "static" / "print.css").read_text(encoding="utf-8")
    return HTML(string=html).write_pdf(stylesheets=[CSS(string=style)])


def main() -> None:
    pack = questionnaire()
    answers = Answers.of(
        pack, {"pending": ["application-pending"], "process": "application-pending", "monitor": "none"}
    )
    html = render_to_string("pdf/plan.html", {"plan": plan_view(build_plan(answers, today()))})
    functions = {"plain WeasyPrint": lambda: plain(html), "ours, PDF/UA-1": lambda: html_to_pdf(html)}
    show("PDF, warm", compare(functions, rounds=3, calls=1), "plain WeasyPrint")
    print(
        f"  size {len(html_to_pdf(html)) / 1024:.0f} KiB; peak memory of this process "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"
    )


main()
