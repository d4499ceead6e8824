"""Writes docs/conformance.md out of bench/results/conformance.json and the list of differences."""
# ruff: noqa: INP001 (scripts, no package)

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results" / "conformance.json"
sys.path.append(str(ROOT / "tests" / "catalog"))

COUNTS = ("drawn", "taken", "refused", "refused_early", "listed", "unlike")
HEAD = """# Conformance with Keras

`python bench/conformance.py` compares every object of the catalogue with Keras itself, and writes
this page's figures (`bench/results/conformance.json`). Its three parts can be run alone: `names`,
`layers`, `specs`. The tests draw a sample of the same.
"""
LAYERS = """
Fields, shapes (unknown axes, wrong ranks), kinds of elements, masks and types of numbers are drawn
for each layer. Keras builds the layer on symbolic tensors and traces a step of training.

- **taken**: both take it, and shapes, weights, masks and kinds of elements are equal;
- **refused**: both refuse it while the network is built;
- **early**: we refuse it while the spec is checked, Keras in the first step only, or it computes
  another shape than it announced: kinds of elements without a kernel, adaptive pooling into one
  window, attention over unlike features, codes of several axes ...;
- **listed**: we refuse it on purpose, for a reason that is listed below;
- **unlike**: anything else, which is a mistake of ours.
"""
SPECS = """Specs are drawn over the whole catalogue: layers, blocks, models within, several inputs
and outputs, losses, metrics, optimizers, schedules, callbacks. A valid one must be taken without
any finding, be a fixed point of `render` with an equal graph hash, pass a foreign validator
(jsonschema) as written and as rendered, build in Keras, and have the shapes and weights there that
were predicted. A wrong one must be refused, and if its form is wrong, by the foreign validator too.
"""


def render_conformance() -> dict[Path, str]:
    """Return the page."""
    document = json.loads(RESULTS.read_text(encoding="utf-8"))
    parts = (HEAD, *names(document), *layers(document), *differences(), *specs(document))
    return {ROOT / "docs" / "conformance.md": "\n".join(parts).rstrip() + "\n"}


def names(document: dict[str, Any]) -> Iterator[str]:
    """Yield the counts of public names."""
    yield "## Names\n\nKeras' public names, by family. Those left out stand with their reasons in"
    yield "`nnspec/catalog/excluded.py`.\n"
    rows = document["names"]
    titles = list(next(iter(rows.values())))
    yield from table(["family", *titles], [[name, *row.values()] for name, row in rows.items()])


def layers(document: dict[str, Any]) -> Iterator[str]:
    """Yield the counts of every layer."""
    yield "\n## Layers"
    yield LAYERS
    held = document["layers"]
    rows = [[name, *(count(row[title]) for title in COUNTS)] for name, row in held.items()]
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    yield f"{drawn_with(held)}\n"
    titles = ["layer", *("early" if one == "refused_early" else one for one in COUNTS)]
    yield from table(titles, [*rows, [f"all {len(rows)}", *sums]])


def count(value: Any) -> int:  # noqa: ANN401 - a number, or what it counts
    """Return how many configurations a result stands for."""
    match value:
        case dict():
            return sum(value.values())
        case list():
            return len(value)
        case _:
            return int(value)


def differences() -> Iterator[str]:
    """Yield what is refused on purpose."""
    from differences import DIFFERENCES  # noqa: PLC0415 - it lies among the tests

    yield "\n### Refused on purpose\n"
    yield "Keras builds and computes these; a spec that holds one is refused.\n"
    for one in DIFFERENCES:
        bases = ", ".join(kind.__name__ for kind in one.layers)
        what = one.what[0].upper() + one.what[1:]
        codes = ", ".join(code or "its settings" for code in one.codes)
        yield f"- {what} ({bases}; {codes}). {one.reason}"


def specs(document: dict[str, Any]) -> Iterator[str]:
    """Yield the counts of drawn specs."""
    held = document["specs"]
    yield "\n## Specs\n"
    yield SPECS
    yield f"{drawn_with(held)}\n"
    yield from table(
        ["specs", "drawn", "passed"],
        [[kind, row["drawn"], row["passed"]] for kind, row in held.items()],
    )
    yield f"\nThe valid ones hold {held['valid']['of']} of the catalogue's layers."


def drawn_with(rows: dict[str, Any]) -> str:
    """Return when, and with which versions, rows were drawn."""
    dates = sorted({row["date"] for row in rows.values()})
    one = next(iter(rows.values()))
    when = dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}"
    return (
        f"Drawn {when} with Keras {one['keras']}, TensorFlow {one['tensorflow']}, "
        f"hypothesis {one['hypothesis']}, Python {one['python']}."
    )


def table(titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    """Yield a table in Markdown, all but its first column to the right."""
    yield f"| {' | '.join(titles)} |"
    yield f"|---|{'---:|' * (len(titles) - 1)}"
    for row in rows:
        yield f"| {' | '.join(str(cell) for cell in row)} |"
