"""A pack's files, read and checked one by one against the schema, each entry with the place it stands in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, ValidationError

from threatmodel.content import schema, schema_help
from threatmodel.content.errors import BrokenPack, Fault, fault, guess
from threatmodel.content.reader import Data, Document, Path_, read_document
from threatmodel.engine.conditions import All, Any, Chosen, Condition, Fact, NoneOf


@dataclass(frozen=True, slots=True)
class Placed[T: BaseModel]:
    """An entry and where it stands."""

    entry: T
    document: Document
    path: Path_ = ()

    def line(self, *path: str | int) -> int:
        return self.document.line((*self.path, *path))

    def fault(self, code: str, *path: str | int, **words: object) -> Fault:
        """A fault at this place or at one inside it."""
        return fault(code, self.document.file, self.line(*path), **words)

    def __str__(self) -> str:
        return f"{self.document.file}:{self.line()}"

    def parts[P: BaseModel](self, key: str, entries: Sequence[P]) -> list[Placed[P]]:
        """The entries of a list inside this one, each with its own place."""
        return [Placed(entry, self.document, (*self.path, key, i)) for i, entry in enumerate(entries)]


@dataclass(slots=True)
class Pack:
    """The entries of a pack, in reading order. ``faults`` are those of form; entries with one are left away."""

    directory: Path
    pack: Placed[schema.PackFile] | None = None
    sections: list[Placed[schema.SectionFile]] = field(default_factory=list)
    facts: list[Placed[schema.FactEntry]] = field(default_factory=list)
    gates: list[Placed[schema.GateEntry]] = field(default_factory=list)
    cautions: list[Placed[schema.CautionEntry]] = field(default_factory=list)
    notes: list[Placed[schema.CautionEntry]] = field(default_factory=list)
    vectors: list[Placed[schema.VectorEntry]] = field(default_factory=list)
    measures: list[Placed[schema.MeasureEntry]] = field(default_factory=list)
    safeguards: list[Placed[schema.SafeguardEntry]] = field(default_factory=list)
    sources: list[Placed[schema.SourceEntry]] = field(default_factory=list)
    instruments: list[Placed[schema.InstrumentEntry]] = field(default_factory=list)
    brokers: Placed[schema.BrokersFile] | None = None
    paper: Placed[schema.PaperFile] | None = None
    words: Placed[schema.WordsFile] | None = None
    referrals_file: Placed[schema_help.ReferralsFile] | None = None
    letters: list[Placed[schema_help.LetterEntry]] = field(default_factory=list)
    notice: Placed[schema_help.NoticeFile] | None = None
    prompts: list[Placed[schema_help.PromptEntry]] = field(default_factory=list)
    examples: list[Placed[schema.ExampleFile]] = field(default_factory=list)
    signed: list[Placed[schema.SignatureEntry]] = field(default_factory=list)
    numbers: Placed[schema.NumbersFile] | None = None
    terms: dict[str, Placed[schema.TermsFile]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    @property
    def questions(self) -> list[Placed[schema.QuestionEntry]]:
        return [q for section in self.sections for q in section.parts("questions", section.entry.questions)]

    @property
    def referrals(self) -> list[Placed[schema_help.ReferralEntry]]:
        return (
            self.referrals_file.parts("referrals", self.referrals_file.entry.referrals) if self.referrals_file else []
        )

    @property
    def glossary(self) -> list[Placed[schema.WordEntry]]:
        return self.words.parts("words", self.words.entry.words) if self.words else []

    @property
    def panels(self) -> list[Placed[schema.PanelEntry]]:
        return self.paper.parts("panels", self.paper.entry.panels) if self.paper else []


def read_pack(directory: Path, referrals: Path | None = None) -> Pack:
    """Read every file of a pack. Faults of form are collected, never raised.

    A file of ``referrals`` from elsewhere stands in the place of the pack's own.
    """
    pack = Pack(directory)
    reader = _Reader(pack)
    _read_shared(pack, reader)
    _read_help(pack, reader, referrals)
    pack.sections = list(reader.files("sections", schema.SectionFile))
    pack.examples = list(reader.files("examples", schema.ExampleFile))
    pack.vectors = list(reader.lists("vectors", schema.VectorEntry))
    pack.measures = list(reader.lists("measures", schema.MeasureEntry))
    pack.safeguards = list(reader.lists("safeguards", schema.SafeguardEntry))
    for path in sorted(directory.glob("*/terms.yaml")):
        for terms in reader.file(f"{path.parent.name}/terms.yaml", schema.TermsFile):
            pack.terms[path.parent.name] = terms
    return pack


def _read_shared(pack: Pack, reader: _Reader) -> None:
    """Read the files of which a pack has one each."""
    pack.pack = next(reader.file("pack.yaml", schema.PackFile), None)
    pack.brokers = next(reader.file("brokers.yaml", schema.BrokersFile), None)
    pack.words = next(reader.file("words.yaml", schema.WordsFile), None)
    for facts in reader.file("facts.yaml", schema.FactsFile):
        pack.facts = facts.parts("facts", facts.entry.facts)
    for gates in reader.file("gates.yaml", schema.GatesFile):
        pack.gates = gates.parts("gates", gates.entry.gates)
        pack.cautions = gates.parts("cautions", gates.entry.cautions)
        pack.notes = gates.parts("notes", gates.entry.notes)
    for sources in reader.file("sources.yaml", schema.SourcesFile):
        pack.sources = sources.parts("sources", sources.entry.sources)
        pack.instruments = sources.parts("instruments", sources.entry.instruments)
    if (pack.directory / "paper.yaml").exists():  # older packs have none, and can be compared all the same
        pack.paper = next(reader.file("paper.yaml", schema.PaperFile), None)
    if (pack.directory / "signed.yaml").exists():  # a pack without it is one that nobody has signed
        for signed in reader.file("signed.yaml", schema.SignedFile):
            pack.signed = signed.parts("signed", signed.entry.signed)
    if (pack.directory / "numbers.yaml").exists():  # a pack without it is one of which nothing was ever sealed
        pack.numbers = next(reader.file("numbers.yaml", schema.NumbersFile), None)


def _read_help(pack: Pack, reader: _Reader, referrals: Path | None) -> None:
    """Read the files that help beside the plan. A pack of an earlier form has none of them."""
    if referrals:
        pack.referrals_file = next(reader.outside(referrals, schema_help.ReferralsFile), None)
    elif (pack.directory / "referrals.yaml").exists():
        pack.referrals_file = next(reader.file("referrals.yaml", schema_help.ReferralsFile), None)
    if (pack.directory / "letters.yaml").exists():
        for letters in reader.file("letters.yaml", schema_help.LettersFile):
            pack.letters = letters.parts("letters", letters.entry.letters)
    if (pack.directory / "notice.yaml").exists():
        pack.notice = next(reader.file("notice.yaml", schema_help.NoticeFile), None)
    if (pack.directory / "prompts.yaml").exists():
        for prompts in reader.file("prompts.yaml", schema_help.PromptsFile):
            pack.prompts = prompts.parts("prompts", prompts.entry.prompts)


class _Reader:
    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def file[T: BaseModel](self, name: str, model: type[T]) -> Iterator[Placed[T]]:
        document = self._read(self.pack.directory / name)
        if document:
            yield from self._entry(document, (), document.data, model)

    def outside[T: BaseModel](self, path: Path, model: type[T]) -> Iterator[Placed[T]]:
        document = self._read(path, str(path))
        if document:
            yield from self._entry(document, (), document.data, model)

    def files[T: BaseModel](self, folder: str, model: type[T]) -> Iterator[Placed[T]]:
        for path in sorted((self.pack.directory / folder).glob("*.yaml")):
            yield from self.file(f"{folder}/{path.name}", model)

    def lists[T: BaseModel](self, folder: str, model: type[T]) -> Iterator[Placed[T]]:
        for path in sorted((self.pack.directory / folder).glob("*.yaml")):
            document = self._read(path)
            if document and isinstance(document.data, list):
                for i, data in enumerate(document.data):
                    yield from self._entry(document, (i,), data, model)
            elif document and document.data:
                self.pack.faults.append(
                    fault("K005", document.file, 1, key=folder, problem="the file should be a list of entries")
                )

    def _read(self, path: Path, shown: str = "") -> Document | None:
        try:
            return read_document(path, shown or self._shown(path))
        except BrokenPack as broken:
            self.pack.faults += broken.faults
            return None

    def _shown(self, path: Path) -> str:
        return f"{self.pack.directory.parent.name}/{path.relative_to(self.pack.directory.parent)}"

    def _entry[T: BaseModel](self, document: Document, path: Path_, data: Data, model: type[T]) -> Iterator[Placed[T]]:
        try:
            yield Placed(model.model_validate(data), document, path)
        except ValidationError as problems:
            for problem in problems.errors(include_url=False):
                self.pack.faults.append(_form_fault(document, path, model, dict(problem)))


def _form_fault(document: Document, path: Path_, model: type[BaseModel], problem: dict[str, object]) -> Fault:
    """Turn a schema's complaint into a message of the catalogue, at the line of the value or the entry around it."""
    loc = problem["loc"]
    assert isinstance(loc, tuple)
    # pydantic puts the branch of a union into the location; only keys and positions are places in the file
    place = tuple(part for i, part in enumerate(loc) if (*path, *loc[: i + 1]) in document.lines) or loc[:1]
    key = str(loc[-1]) if loc else "this entry"
    line = document.line((*path, *place))
    if problem["type"] == "extra_forbidden":
        known = _keys(model, loc[:-1])
        return fault("K002", document.file, line, key=key, known=", ".join(known), guess=guess(key, known))
    if problem["type"] == "missing":
        return fault("K004", document.file, line, key=key)
    return fault("K005", document.file, line, key=str(place[-1]) if place else key, problem=str(problem["msg"]))


def _keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys that may stand at a place inside a model; of the model itself when the place is not a model's."""
    for part in loc:
        info = model.model_fields.get(str(part))
        inner = [t for t in _models(info.annotation)] if info else []
        model = inner[0] if inner else model
    return [info.alias or name for name, info in model.model_fields.items()]


def _models(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def parse_condition(at: Placed[BaseModel], data: object, path: Path_, faults: list[Fault]) -> Condition:
    """Turn a condition as written into the engine's tree, adding what is wrong with its form to ``faults``."""
    if not isinstance(data, dict) or len(data) != 1:
        count = len(data) if isinstance(data, dict) else 0
        faults.append(at.fault("K010", *path, count=count))
        return All(())
    [(key, value)] = data.items()
    if key in ("any", "all", "none"):
        if not isinstance(value, list):
            faults.append(at.fault("K005", *path, key, key=key, problem="it should be a list of conditions"))
            return All(())
        parts = tuple(parse_condition(at, part, (*path, key, i), faults) for i, part in enumerate(value))
        return Any(parts) if key == "any" else All(parts) if key == "all" else NoneOf(parts)
    options = (value,) if isinstance(value, str) else tuple(value)
    if not options or not all(isinstance(option, str) for option in options):
        faults.append(at.fault("K005", *path, key, key=key, problem="it should be an option or a list of options"))
        return All(())
    return Fact(options[0]) if key == "fact" else Chosen(str(key), options)


def leaves(condition: Condition, path: Path_) -> Iterator[tuple[Chosen | Fact, Path_]]:
    """The questions and facts a condition names, each with its place."""
    match condition:
        case Chosen(question, _):
            yield condition, (*path, question)
        case Fact():
            yield condition, (*path, "fact")
        case Any(parts) | All(parts) | NoneOf(parts):
            key = {Any: "any", All: "all", NoneOf: "none"}[type(condition)]
            for i, part in enumerate(parts):
                yield from leaves(part, (*path, key, i))
