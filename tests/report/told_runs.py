"""Runs told by hand, for pages: facts with hostile or very many names, and pages read as HTML."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np

from nnspec.data import Preprocessing
from nnspec.data.fit.fitted import NumericFit, TargetFit
from nnspec.data.profile import ColumnProfile, Profile
from nnspec.judge.heads import Head, Numbers, OneClass
from nnspec.network.summary import Row, Summary
from nnspec.report.origins import Origins, TrainingFacts
from nnspec.report.page.answered import Answered
from nnspec.report.page.facts import (
    Check,
    Confusion,
    Output,
    RunFacts,
    Told,
)
from nnspec.report.written import encode_table
from nnspec.run.manifest import Manifest, SpecOrigin

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "</title><svg onload=alert(1)>",
    "</text></svg><iframe src=//e.example>",
    "]]><script>alert(1)</script>",
    "<![CDATA[<b>x</b>]]>",
    "<!--",
    "--><b>x</b>",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "${7*7}",
    "&lt;script&gt;",
    "&#60;b&#62;",
    "&amp;amp;",
    "<a href='//e.example'>x</a>",
    "<base href='//e.example'>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//e.example>",
    "<math><mi xlink:href=x>",
    "<template><p>",
    "<plaintext>",
    "<textarea>",
    "\x00nul\x00",
    "bell\x07\x1b[31mred",
    "line\nbreak\r\nand\ttab",
    "\u202eright to left\u202c",
    "\u2066isolated",
    "שלום עולם",
    "مرحبا",
    "x" * 200,
    "é" * 100 + "<b>" * 30,
)
"""Names that would be more than names on a page that did not take care."""
VOID = {"meta", "link", "br", "img", "input", "hr"}
KNOWN = {
    *("html", "head", "meta", "title", "link", "style", "script", "body", "header", "main", "nav"),
    *("footer", "section", "div", "h1", "h2", "h3", "p", "ul", "li", "a", "b", "span", "dl", "dt"),
    *("dd", "table", "thead", "tbody", "tr", "th", "td", "bdi", "details", "summary", "pre"),
    *("code", "figure", "figcaption", "svg", "g", "path", "rect", "line", "text", "polygon", "img"),
}
"""Elements that a page is made of."""


class PageReader(HTMLParser):
    """Reads a page: its elements with their attributes, and the texts outside style and script."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.unbalanced: list[str] = []
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def count(self, name: str) -> int:
        return sum(tag == name for tag, _ in self.elements)


@dataclass(frozen=True, slots=True)
class Names:
    """What the things of a run are called."""

    run: str = "houses"
    target: str = "price"
    classes: tuple[str, ...] = ("cat", "dog")
    columns: tuple[str, ...] = ("area", "rooms")
    outputs: tuple[str, ...] = ("out",)


PLAIN = Names()


def told_numbers(names: Names = PLAIN, rows: int = 200, targets: int = 1) -> RunFacts:
    """Return a run of numbers; the answers err by 1 in turns."""
    elements = (
        (names.target,) if targets == 1 else tuple(f"{names.target}{n}" for n in range(targets))
    )
    actual = np.linspace(0.0, 100.0, rows)
    predicted = actual + np.where(np.arange(rows) % 2, 1.0, -1.0)
    table: dict[str, Sequence[object]] = {"row": list(range(rows))}
    for one in elements:
        named = ("target", "prediction") if targets == 1 else (one, f"prediction_{one}")
        table |= {named[0]: actual.tolist(), named[1]: predicted.tolist()}
    figures = {"rmse": 1.0, "r2": 0.99, "mae": 1.0}
    worse = {"rmse": 2.0, "r2": 0.9, "mae": 1.5}
    output = Output(
        names.outputs[0],
        "regression",
        elements,
        {"test": figures, "validation": figures, "train": figures},
        {"mean": {"test": {"rmse": 30.0, "r2": 0.0, "mae": 25.0}}, "ridge": {"test": worse}},
        metrics_by_column={"test": dict.fromkeys(elements, figures)} if targets > 1 else {},
    )
    head = Numbers(names.outputs[0], elements)
    return facts_of(names, output, head, table)


def told_classes(names: Names = PLAIN, rows: int = 200) -> RunFacts:
    """Return a run of classes; every fourth row is answered with the next class."""
    count = len(names.classes)
    actual = np.arange(rows) % count
    answered = np.where(np.arange(rows) % 4 == 3, (actual + 1) % count, actual)
    shares = np.full((rows, count), 0.1 / max(1, count - 1))
    shares[np.arange(rows), answered] = 0.9
    counts = np.zeros((count, count), int)
    np.add.at(counts, (actual, answered), 1)
    table: dict[str, Sequence[object]] = {
        "row": list(range(rows)),
        "target": [names.classes[one] for one in actual],
        "prediction": [names.classes[one] for one in answered],
    }
    table |= {
        f"probability_{name}": shares[:, place].tolist() for place, name in enumerate(names.classes)
    }
    figures = {"accuracy": 0.75, "macro_f1": 0.7, "roc_auc": 0.8}
    output = Output(
        names.outputs[0],
        "classification",
        (names.target,),
        {"test": figures},
        {"majority": {"test": {"accuracy": 0.5}}},
        confusion_matrix={"test": Confusion(names.classes, tuple(map(tuple, counts.tolist())))},
    )
    return facts_of(
        names, output, OneClass(names.outputs[0], (names.target,), names.classes), table
    )


def facts_of(
    names: Names, output: Output, head: Head, table: Mapping[str, Sequence[object]]
) -> RunFacts:
    """Return the facts of a run around one output."""
    told = _told(names, output, len(table["row"]))
    manifest = Manifest(
        names.run, SpecOrigin(f"{names.run}.yaml", f"/specs/{names.run}", "ab" * 32), 0, "2026"
    )
    cells = [(str(_whole(key)), [_whole(one) for one in held]) for key, held in table.items()]
    rows = [
        Row("Input", "input", (f"({len(names.columns)},)",), 0, None, ()),
        Row("Dense", names.target, ("(1,)",), 3, None, ("input",)),
    ]
    epochs = np.arange(1.0, 21.0)
    return RunFacts(
        told=told,
        manifest=manifest,
        history={"epoch": epochs, "loss": 1 / epochs, "val_loss": (epochs - 12) ** 2 + 1.0},
        spec=f"name: {names.run}\ndata: {{target: {names.target}}}\n",
        answers=Answered.read(encode_table(cells)),
        heads={output.name: head},
        network=Summary(tuple(rows), (names.target,), 3, 0, 3),
        fitted=Preprocessing(
            columns={one: NumericFit() for one in names.columns},
            inputs={"input": names.columns},
            targets={
                output.name: TargetFit(
                    need="regression", columns=output.columns, labels=names.classes
                )
            },
        ),
        profile=Profile(
            rows=600,
            columns={
                one: ColumnProfile(missing=3, edges=(0.0, 1.0, 4.0), counts=(0, 5, 5, 0))
                for one in names.columns
            },
        ),
    )


def _whole(cell: object) -> object:
    """Return a cell as a file can hold it: half of a pair of signs is none."""
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell


def _told(names: Names, output: Output, rows: int) -> Told:
    training = TrainingFacts("Adam", "MeanSquaredError", 32, 20, 20, 1.5, None, ("engine: fused",))
    origins = Origins(0, "ab" * 32, "cd" * 32, {"python": "3.11", names.run: names.target})
    checks = (
        Check("C107", f"Leak in {names.target}", "found", f"{names.target} says it", "why", "do"),
        Check("C108", "Baseline", "passed", "better than ridge"),
        Check("C109", "Series", "not applicable", "no series"),
    )
    return Told(
        names.run,
        {output.name: output},
        {"train": 600, "validation": 200, "test": rows},
        1_000,
        900,
        training,
        origins,
        checks,
    )
