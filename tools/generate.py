"""Writes every generated file: the index of the catalogue, and the JSON Schema.

Run it after changing a class of the catalogue or a section: `make generate`. With `--check` it
writes nothing, names the files that are out of date, and exits 1 if there are any.
"""
# ruff: noqa: INP001, T201 (a script, no package; it prints what it did)

import json
import sys
from pathlib import Path

import generate_index

from nnspec.schema import generate_schema

ROOT = Path(__file__).parents[1]


def generate() -> dict[Path, str]:
    """Return the text of every generated file."""
    return {
        generate_index.TARGET: generate_index.render(),
        ROOT / "schema" / "nnspec.schema.json": json.dumps(generate_schema(), indent=1) + "\n",
    }


def main() -> int:
    """Write what is out of date, or with --check name it; return the exit code."""
    check = "--check" in sys.argv[1:]
    stale = [
        (path, text)
        for path, text in generate().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    for path, text in stale:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
