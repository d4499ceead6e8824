"""Writes every generated file: index of the catalogue, JSON Schema, examples' outputs, pages.

Run it after changing a class of the catalogue or a section: `make generate`. With `--check` it
writes nothing, names the files that are out of date, and exits 1 if there are any.
"""
# ruff: noqa: INP001, T201 (a script, no package; it prints what it did)

import sys
from pathlib import Path

import generate_conformance
import generate_index
import generate_onnx
import generate_pages

from nnspec.schema import generate_schema, write_schema

ROOT = Path(__file__).parents[1]


def render_schema() -> dict[Path, str]:
    """Return the index of the catalogue and the JSON Schema."""
    return {
        generate_index.TARGET: generate_index.render(),
        ROOT / "schema" / "nnspec.schema.json": write_schema(generate_schema()) + "\n",
    }


STAGES = (
    render_schema,
    generate_pages.render_outputs,
    generate_pages.render_pages,
    generate_conformance.render_conformance,
    generate_onnx.render_onnx,
)
"""Each is written before the next is rendered, which may read it."""


def main() -> int:
    """Write what is out of date, or with --check name it; return the exit code."""
    check = "--check" in sys.argv[1:]
    stale = 0
    for stage in STAGES:
        for path, text in stage().items():
            if path.exists() and path.read_text(encoding="utf-8") == text:
                continue
            stale += 1
            print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
            if not check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
    return int(check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
