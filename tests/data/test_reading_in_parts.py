"""A large text table, which is read in parts, gives to the bit what it gives read whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from nnspec.data import SPLITS, TargetNeed, load_dataset
from nnspec.data.columns import distinct
from nnspec.data.read import gathered, held, parts
from nnspec.diagnostics import Refused
from nnspec.draft.tabular import draft_spec
from nnspec.spec.data import DataSection

POOLS: dict[str, tuple[str, ...]] = {
    "whole": ("0", "1", "-7", "12", "+5", "345"),
    "zeros": ("-0", "0", "-0"),
    "large": ("9007199254740993", "9223372036854775807", "-9223372036854775808", "3"),
    "larger": ("9223372036854775808", "123456789012345678901234567890"),
    "fractions": ("0.1", "2.50", "-1e-3", "3.14159265358979", "1E5", "-0.0", "7."),
    "codes": ("007", "00501", "0", "12"),
    "blanks": (" 1", "2 ", "\t3", "\u00a04"),
    "endless": ("inf", "-inf", "nan", "NaN", "1e400"),
    "missing": ("", "", "NA"),
    "words": ("red", "green", "blue", "old oak", "a"),
    "quoted": ('"say ""so"""', '"two\nlines"', '"a, b"', '"; |"', '""', '"17"'),
    "truths": ("true", "False", "TRUE"),
    "days": ("2024-01-31", "2024-02-01", "2023-12-05"),
    "swapped": ("31/01/2024", "01/02/2024"),
    "commas": ('"1,5"', '"2,75"', '"1.234,5"'),
    "money": ('"1,234"', "$5", '"12,345,678"'),
    "names": tuple(f"name {number}" for number in range(40)),
    "signs": ("é", "日本", "\ufeffx", "x\u2028y"),
}
SELDOM = 0.03
BROKEN = (
    *("", "", "  ", "{short}", "{row},1", '"{row}', '"{row}"', '{row}"', "{header}", "# {row}"),
    "{nothing}",
)
"""What a line between rows may be."""


@dataclass(frozen=True)
class Drawn:
    """A drawn table: some pools for each column, one after the other; and what a spec says."""

    columns: tuple[tuple[str, ...], ...]
    rows: int
    seed: int
    form: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        random = np.random.default_rng(self.seed)
        end = "\r\n" if "carriage" in self.form else "\n"
        names = ["y", *(f"c{number}" for number in range(len(self.columns)))]
        if "nameless" in self.form:
            names[0] = ""
        if "last" in self.form:
            names.reverse()
        lines = ["# a remark"] if "remark" in self.form else []
        lines += [] if "headless" in self.form else [",".join(names)]
        for row in range(self.rows):
            cells = [str(row if "nameless" in self.form else row % 3)]
            cells += [
                str(random.choice(POOLS[pools[row * len(pools) // self.rows]]))
                for pools in self.columns
            ]
            if "last" in self.form:
                cells.reverse()
            lines.append(",".join(cells))
            if "odd" in self.form and random.random() < SELDOM:
                short, nothing = ",".join(cells[1:]), "," * (len(cells) - 1)
                line, header = str(random.choice(BROKEN)), ",".join(names)
                whole = lines[-1]
                lines.append(line.format(row=whole, short=short, header=header, nothing=nothing))
        text = end.join(lines) + end * ("unended" not in self.form)
        return ("\ufeff" if "marked" in self.form else "") + text


FORMS = ("odd", "carriage", "nameless", "last", "remark", "headless", "unended", "marked")
SAID: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"missing": "median"},
    {"missing": "drop", "null_values": ["NA", "red"]},
    {"missing": "mean", "null_values": ["12", "NA"]},
    {"columns": {"c0": "category"}, "missing": "drop"},
    {"columns": {"c0": "numeric"}, "missing": "median"},
    {"columns": {"c0": "text"}},
    {"columns": {"c0": "date"}},
    {"columns": {"c0": "integer"}},
    {"columns": {"c0": "boolean"}, "missing": "drop"},
    {"columns": {"c0": "identifier"}, "features": ["c1"]},
    {"source": {"csv": {"path": "table.csv", "header": False}}, "target": "column_1"},
    {"source": {"csv": {"path": "table.csv", "comment": "#"}}, "missing": "median"},
    {"source": {"csv": {"path": "table.csv", "quote": "none"}}},
    {"source": {"csv": {"path": "table.csv", "decimal": ",", "thousands": "."}}},
)


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    """Draw a table: most columns of one kind, some that turn into another on the way."""
    pools = st.sampled_from(sorted(POOLS))
    column = st.lists(pools, min_size=1, max_size=3).map(tuple)
    return Drawn(
        tuple(draw(st.lists(column, min_size=1, max_size=3))),
        draw(st.integers(5, 60)),
        draw(st.integers(0, 2**16)),
        " ".join(draw(st.sets(st.sampled_from(FORMS), max_size=3))),
        draw(st.sampled_from(SAID)),
    )


@contextmanager
def small(*, in_parts: bool) -> Iterator[None]:
    """Read in parts of a line or two, or whole, with bounds that few rows reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parts, "WHOLE", -1 if in_parts else 2**40)
        patch.setattr(parts, "PART", 40)
        patch.setattr(held, "AT_ONCE", 64)
        patch.setattr(gathered, "MANY", 4)
        patch.setattr(gathered, "MOST_ODD", 3)
        patch.setattr(distinct, "MANY_ROWS", 10)
        yield


def outcome(folder: Path, said: dict[str, Any]) -> object:
    """Return all that a run gets out of a table, or what is said against it."""
    section = DataSection.model_validate({"source": "table.csv", "target": "y", **said})
    try:
        dataset = load_dataset(section, {"out": TargetNeed("regression")}, folder=folder)
    except Refused as refused:
        return [*map(str, refused.diagnostics)]
    splits = {
        (name, column): (cells.kind, cells.form, bits(cells.values))
        for name in SPLITS
        for table in (dataset.splits[name].features, dataset.splits[name].targets)
        for column, cells in table.columns.items()
    }
    rows = {name: dataset.splits[name].rows.tolist() for name in SPLITS}
    beside = dataset.beside.of(range(5))
    doubts = [*map(str, dataset.doubts)]
    return splits, rows, beside, doubts, dataset.fingerprint, dataset.fitted.model_dump_json()


def bits(values: np.ndarray[Any, Any]) -> object:
    """Return an array as bytes with its type; texts as texts."""
    return values.tolist() if values.dtype == object else (values.dtype.str, values.tobytes())


def drafted(folder: Path) -> object:
    """Return the spec that is drafted for a table, or what is said against it."""
    try:
        return draft_spec("table.csv", "y", folder)
    except Refused as refused:
        return [*map(str, refused.diagnostics)]


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn())
@example(Drawn((("whole", "zeros", "fractions"),), 30, 0))
@example(Drawn((("large", "larger"),), 30, 0))
@example(Drawn((("whole", "missing"), ("words",)), 40, 1, "last", {"missing": "median"}))
@example(Drawn((("missing", "words"), ("missing", "whole")), 40, 1))
@example(Drawn((("whole", "names"), ("names",)), 60, 1))
@example(Drawn((("quoted",), ("whole",)), 50, 3, "carriage unended"))
@example(Drawn((("commas",), ("signs",)), 50, 3))
def test_a_table_in_parts_is_the_same_table(tmp_path: Path, table: Drawn) -> None:
    (tmp_path / "table.csv").write_text(table.text(), encoding="utf-8", newline="")
    with small(in_parts=False):
        whole = outcome(tmp_path, table.said), drafted(tmp_path)
    with small(in_parts=True):
        assert (outcome(tmp_path, table.said), drafted(tmp_path)) == whole


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(drawn(), st.integers(0, 100), st.sampled_from(["", "last"]))
@example(Drawn((("zeros",), ("missing", "words")), 40, 0), 1, "last")
@example(Drawn((("names",), ("fractions",)), 60, 0), 1, "last")
def test_several_tables_in_parts_are_the_same_table(
    tmp_path: Path, table: Drawn, seed: int, form: str
) -> None:
    other = replace(table, seed=seed, form=form)
    others = replace(table, seed=seed, columns=tuple(one[::-1] for one in table.columns))
    for number, one in enumerate((table, other, others)):
        file = tmp_path / f"table{number}.csv"
        file.write_text(one.text(), encoding="utf-8", newline="")
    said = {**table.said, "source": "table*.csv"}
    with small(in_parts=False):
        whole = outcome(tmp_path, said)
    with small(in_parts=True):
        assert outcome(tmp_path, said) == whole
