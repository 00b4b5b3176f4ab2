"""Says what pip-audit found, from its JSON on standard input. Exit 1 for a known weakness; not asked is not none."""

import json
import sys


def said(found: str) -> tuple[list[str], bool]:
    """Lines for a person, and whether there is a known weakness."""
    try:
        dependencies = json.loads(found)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return ["No list of weaknesses could be reached: the audit is skipped."], False
    weak = [one for one in dependencies if one.get("vulns")]
    asked = [one for one in dependencies if "vulns" in one]
    if not asked:
        return [f"Nobody knows of our {len(dependencies)} dependencies here: the audit is skipped."], False
    lines = [f"{one['name']} {one['version']}: {_weaknesses(one['vulns'])}" for one in weak]
    lines.append(f"{len(asked)} of {len(dependencies)} dependencies were looked up, {len(weak)} with a known weakness.")
    return lines, bool(weak)


def _weaknesses(found: list[dict[str, object]]) -> str:
    return "; ".join(f"{one['id']}, mended in {', '.join(map(str, one['fix_versions'])) or 'none'}" for one in found)  # type: ignore[call-overload]


if __name__ == "__main__":
    lines, weak = said(sys.stdin.read())
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(1 if weak else 0)
