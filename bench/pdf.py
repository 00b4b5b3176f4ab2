"""Our papers against plain WeasyPrint on the same HTML, style and variant, warm."""

import gc
import resource
from typing import Any

from bench import bare  # noqa: F401  sets Django up
from bench.timing import compare, show
from threatmodel.documents.packs import sample_plans
from threatmodel.documents.paper import Audience, printable
from threatmodel.documents.pdf import html_to_pdf
from threatmodel.walkthrough.access import today

PAPERS: tuple[tuple[str, Audience], ...] = (("notice-from-a-platform", "client"), ("notice-from-a-platform", "counsel"))


def plain(html: str, css: str) -> Any:
    from weasyprint import CSS, HTML

    gc.enable()  # as it is for anyone who just calls WeasyPrint; `compare` has it off
    try:
        return HTML(string=html).write_pdf(stylesheets=[CSS(string=css)], pdf_variant="pdf/ua-1")
    finally:
        gc.disable()


def main() -> None:
    for example, audience in PAPERS:
        answers = sample_plans()[example].answers
        html, css = printable(answers, today(), audience, "letter", large=False, staff=False)
        functions = {
            "plain WeasyPrint, PDF/UA-1": lambda html=html, css=css: plain(html, css),
            "ours": lambda html=html, css=css: html_to_pdf(html, css),
        }
        show(f"PDF for {audience}, warm", compare(functions, rounds=7, calls=1), "plain WeasyPrint, PDF/UA-1")
        print(f"  size {len(html_to_pdf(html, css)) / 1024:.0f} KiB")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  peak memory of this process, with Django and the pack {peak:.0f} MiB")


main()
