"""Reads the tag tree of a PDF: what a screen reader gets, and whether it is whole. No substitute for veraPDF."""

import re
from dataclasses import dataclass, field
from io import BytesIO

import pikepdf

HEADING = re.compile(r"H[1-6]")


@dataclass
class Element:
    """A structure element: its kind, attributes, children, and the marked content it owns as (page, id)."""

    kind: str
    alt: str = ""
    scope: str = ""
    children: list["Element"] = field(default_factory=list)
    content: list[tuple[int, int]] = field(default_factory=list)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def all_content(self):
        for element in self.walk():
            yield from element.content


class TaggedPdf:
    def __init__(self, pdf: bytes) -> None:
        self.document = pikepdf.open(BytesIO(pdf))
        self.pages = {page.objgen: number for number, page in enumerate(self.document.pages)}
        self.root = self._element(self.document.Root.StructTreeRoot.K[0])

    def _element(self, node) -> Element:
        element = Element(str(node.S)[1:], str(node.get("/Alt", "")))
        attributes = node.get("/A")
        if attributes is not None and "/Scope" in attributes:
            element.scope = str(attributes.Scope)[1:]
        kids = node.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                element.content.append((self.pages[node.Pg.objgen], int(kid)))
            elif "/S" in kid:
                element.children.append(self._element(kid))
        return element

    def kinds(self, *kinds: str) -> list[Element]:
        return [element for element in self.root.walk() if element.kind in kinds]

    def headings(self) -> list[int]:
        """The levels of the headings, in reading order."""
        return [int(element.kind[1]) for element in self.root.walk() if HEADING.fullmatch(element.kind)]

    def drawn(self, number: int) -> tuple[list[int], list[str]]:
        """The marked content of a page in the order it is drawn; and what draws outside of any mark or artifact."""
        marked, loose, open_marks = [], [], 0
        for operands, operator in pikepdf.parse_content_stream(self.document.pages[number]):
            name = str(operator)
            if name in ("BDC", "BMC"):
                open_marks += 1
                if name == "BDC" and "/MCID" in operands[1]:
                    marked.append(int(operands[1].MCID))
            elif name == "EMC":
                open_marks -= 1
            elif name in ("Tj", "TJ", "'", '"', "Do") and not open_marks:
                loose.append(name)
        return marked, loose
