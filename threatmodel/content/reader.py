"""Reads one YAML file as plain text values, and remembers on which line each of them stands.

Every scalar stays the text that was typed: `no` stays a word, a date stays as written. Double keys, anchors, aliases
and tags are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from threatmodel.content.errors import BrokenPack, Fault, fault

PLAIN = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "seq", "map", "merge", "value")
}

# Characters that turn writing round or end a line unseen, and control characters; marks and joiners that scripts need
# are not among them.
UNSEEN = re.compile(r"[\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f]")

type Data = str | list[Data] | dict[str, Data]
type Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file's content, and the line (from 1) of every value in it by its path of keys and positions."""

    file: str
    data: Data
    lines: Mapping[Path_, int]

    def line(self, path: Path_) -> int:
        """The line of a value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_document(path: Path, shown_as: str) -> Document:
    """Read a file; an empty one is an empty mapping. Raises ``BrokenPack`` with every fault of form found in it."""
    yaml = YAML(typ="safe", pure=True)  # the round-trip reader marks folds inside the text
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as problem:
        mark = problem.problem_mark
        words = str(problem.problem or "it breaks off")
        raise BrokenPack([fault("K001", shown_as, mark.line + 1 if mark else 0, problem=words)]) from problem
    except (YAMLError, UnicodeDecodeError) as problem:
        raise BrokenPack([fault("K001", shown_as, 0, problem=str(problem).splitlines()[0])]) from problem
    except FileNotFoundError as problem:
        raise BrokenPack([fault("K009", shown_as, 0, name=shown_as)]) from problem
    if node is None:
        return Document(shown_as, {}, {})
    lines: dict[Path_, int] = {}
    faults: list[Fault] = []
    data = _plain(node, (), lines, faults, shown_as)
    if faults:
        raise BrokenPack(faults)
    return Document(shown_as, data, lines)


def _plain(node: Node, path: Path_, lines: dict[Path_, int], faults: list[Fault], file: str) -> Data:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if node.anchor:
        faults.append(fault("K008", file, line, mark=f"&{node.anchor}"))
    elif str(node.tag) not in PLAIN:
        faults.append(fault("K008", file, line, mark=str(node.tag)))
    if isinstance(node, ScalarNode) and (found := UNSEEN.search(node.value)):
        faults.append(fault("K011", file, line, name=f"U+{ord(found[0]):04X}"))
    match node:
        case ScalarNode():
            return str(node.value)
        case SequenceNode():
            return [_plain(item, (*path, i), lines, faults, file) for i, item in enumerate(node.value)]
        case MappingNode():
            return _mapping(node, path, lines, faults, file)
    raise TypeError(node)


def _mapping(node: MappingNode, path: Path_, lines: dict[Path_, int], faults: list[Fault], file: str) -> Data:
    found: dict[str, Data] = {}
    for key_node, value_node in node.value:
        key, line = str(key_node.value), key_node.start_mark.line + 1
        if key in found:
            faults.append(fault("K003", file, line, key=key))
        lines[(*path, key)] = line
        found[key] = _plain(value_node, (*path, key), lines, faults, file)
    return found
