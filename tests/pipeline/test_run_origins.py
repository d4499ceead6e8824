"""What a run records of where it came from, and in brief of where it led."""

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nnspec.pipeline.adopted import listed
from nnspec.pipeline.check import check
from nnspec.pipeline.evidence import MOST_COLUMNS, columns_of, plain
from nnspec.pipeline.found import find_specs, is_spec_text
from nnspec.pipeline.opened import Opened, open_spec
from nnspec.pipeline.origins import describe_origin, find_headline, written_name
from nnspec.pipeline.page import kept_answers
from nnspec.pipeline.pictures import feature_names
from nnspec.pipeline.prepare import rows_of_an_epoch
from nnspec.pipeline.trained import Trained
from nnspec.pipeline.units import logged_metrics
from nnspec.run.manifest import Artefact
from nnspec.run.origin import Headline

pytestmark = pytest.mark.keras

SPEC = """\
nnspec: 1
name: origins
data: {source: t.csv, target: y, split: {validation: 0, test: 0.25, method: time}SETTINGS}
model: [Dense: {units: UNITS, activation: ACTIVATION}]
training: {optimizer: adam, loss: LOSSMORE}
"""


def opened(
    folder: Path, table: str, settings: str = "", more: str = "", classes: int = 0
) -> Opened:
    (folder / "t.csv").write_text(table)
    loss = "sparse_categorical_crossentropy" if classes else "mse"
    text = SPEC.replace("SETTINGS", settings).replace("LOSSMORE", f"{loss}{more}")
    text = text.replace("UNITS", str(classes or 1))
    text = text.replace("ACTIVATION", "softmax" if classes else "linear")
    (folder / "s.yaml").write_text(text)
    return open_spec(folder / "s.yaml")


@pytest.mark.parametrize(
    ("metrics", "baselines", "expected"),
    [
        ({"test": {}}, {}, None),
        ({"train": {"mae": 1.0, "rmse": 2.0}}, {}, ("rmse", 2.0, "train", None, None)),
        (
            {"train": {"rmse": 1.0}, "validation": {"mae": 3.0}, "test": {}},
            {"a": {"train": {"mae": 1.0}}},
            ("mae", 3.0, "validation", None, None),
        ),
        (
            {"test": {"accuracy": 0.8, "f1": 0.9}},
            {"a": {"test": {"accuracy": 0.7}}, "b": {"test": {"accuracy": 0.9}}, "c": {}},
            ("accuracy", 0.8, "test", "b", 0.9),
        ),
        (
            {"test": {"rmse": None}},
            {
                "a": {"test": {"rmse": float("inf")}},
                "b": {"test": {"rmse": 3.0}},
                "c": {"test": {"rmse": 2.0}},
                "d": {"test": {"rmse": 2.0}},
                "e": {"test": {"rmse": None}},
            },
            ("rmse", None, "test", "c", 2.0),
        ),
    ],
)
def test_a_headline_is_the_main_figure_beside_the_best_baseline_of_the_same_rows(
    metrics: dict[str, dict[str, float | None]],
    baselines: dict[str, dict[str, dict[str, float | None]]],
    expected: tuple[str, float | None, str, str | None, float | None] | None,
) -> None:
    found = find_headline(metrics, baselines)
    if expected is None:
        assert found is None
    else:
        assert found == Headline(*expected, metrics[expected[2]])


def test_a_command_is_recorded_with_its_folder_and_a_call_from_python_without(
    tmp_path: Path,
) -> None:
    spec = opened(tmp_path, "a,y\n" + "1,2\n3,5\n" * 10)
    assert describe_origin(spec).folder == ""
    origin = describe_origin(spec, ("nnspec", "train"))
    assert (origin.folder, origin.command) == (os.getcwd(), ("nnspec", "train"))  # noqa: PTH109 - as it is kept
    assert (origin.rows, origin.source) == ({"train": 15, "validation": 0, "test": 5}, "t.csv")
    assert written_name("a/B.JSON").endswith(".json")
    assert written_name("a/b.yml").endswith(".yaml")


def test_five_columns_are_named_and_further_ones_counted() -> None:
    assert listed(("a",)) == "a"
    assert listed(tuple("abcde")) == "a, b, c, d, e"
    assert listed(tuple("abcdef")) == "a, b, c, d, e and 1 more"
    assert listed(tuple("abcdefgh")) == "a, b, c, d, e and 3 more"


@pytest.mark.parametrize(
    ("text", "file", "spec"),
    [
        ("nnspec: 1\n", "a.yaml", True),
        ("# a note\n\nnnspec: [\n", "a.yaml", True),
        ('{"nnspec": 1}', "a.json", True),
        ('{"class_name": "Sequential", "config": {"layers": []}}', "a.json", True),
        ("a: 1\nb: 2\n", "a.yaml", False),
        ("my_model: 3\n", "a.yaml", False),
        ('{"model": [', "a.json", False),
    ],
)
def test_a_spec_is_told_from_other_texts(text: str, file: str, *, spec: bool) -> None:
    assert is_spec_text(text, file) is spec


def test_specs_are_found_below_a_folder_where_people_keep_them(tmp_path: Path) -> None:
    places = ("b/z.yml", "b/c/a.json", "a.yaml", ".git/x.yaml", "node_modules/x.yaml", "b/x.txt")
    for name in (*places, "b/site-packages/x.yaml", "b/__pycache__/x.yaml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text('{"nnspec": 1}')
    (tmp_path / "other.yaml").write_text("a: 1\n")
    (tmp_path / "folder.yaml").mkdir()
    found = [str(one.relative_to(tmp_path)) for one in find_specs(tmp_path)]
    assert found == ["a.yaml", "b/z.yml", "b/c/a.json"]


@pytest.mark.parametrize(
    ("cell", "number"), [("1.5", 1.5), ("", None), (None, None), ("1.5 2.5", None), ("0", 0.0)]
)
def test_cells_of_a_history_are_numbers_or_none(cell: str | None, number: float | None) -> None:
    found = plain(cell)
    assert found == number if number is not None else found != found  # noqa: PLR0124 - NaN


def test_a_hundred_plain_columns_are_looked_at(tmp_path: Path) -> None:
    names = [f"c{number}" for number in range(103)]
    rows = [",".join(str((row * place) % 7 + row) for place in range(104)) for row in range(12)]
    found = opened(tmp_path, "\n".join([",".join([*names, "y"]), *rows, ""]))
    trained = Trained(found.spec, found.network, found.dataset, None, None, {}, None)  # type: ignore[arg-type]
    seen = columns_of(trained)
    assert list(seen) == names[:100]
    assert MOST_COLUMNS == 100
    assert {one.kind for one in seen.values()} == {"number"}
    assert set(seen["c0"].cells) == {"train", "test"}
    assert not seen["c0"].past


def test_what_a_map_sees_is_named_by_column_and_class_or_by_its_place(tmp_path: Path) -> None:
    rows = "".join(f"{row},{'rgb'[row % 3]},{row % 2},{row % 5}\n" for row in range(40))
    table = f"size,colour,flag,y\n{rows}"
    settings = ", columns: {colour: category, flag: boolean}"
    fitted = opened(tmp_path, table, settings).dataset.fitted
    names = ("size", "colour: b", "colour: g", "colour: r", "flag")
    assert feature_names(fitted, 5) == names
    assert feature_names(fitted, 3) == ("number 0", "number 1", "number 2")
    alone = opened(tmp_path, table, ", features: [size]").dataset.fitted
    assert feature_names(alone, 1) == ("size",)
    assert feature_names(alone, 2) == ("size 0", "size 1")


def test_an_epoch_has_the_rows_of_the_table_and_those_that_oversampling_repeats(
    tmp_path: Path,
) -> None:
    rows = "".join(f"{row},{'a' if row % 4 else 'b'}\n" for row in range(40))
    table = f"x,y\n{rows}"
    plainly = opened(tmp_path, table, classes=2)
    assert rows_of_an_epoch(plainly.spec, plainly.dataset) == 30
    more = ", augmentation: [Oversampling: {}]"
    doubled = opened(tmp_path, table, more=more, classes=2)
    few = sum(1 for row in range(30) if row % 4 == 0)
    assert rows_of_an_epoch(doubled.spec, doubled.dataset) == 2 * (30 - few)


def test_predictions_are_read_for_pictures_up_to_256_mebibytes() -> None:
    def rows_of(size: int | None) -> int | None:
        kept = {} if size is None else {"predictions.csv": Artefact("", size)}
        folder: Any = SimpleNamespace(
            manifest=SimpleNamespace(artefacts=kept), read=lambda _: b"row,prediction\n0,1\n1,2\n"
        )
        found = kept_answers(folder)
        return None if found is None else len(found)

    assert [rows_of(one) for one in (9, 2**28, 2**28 + 1, None)] == [2, 2, None, None]


def test_metrics_in_the_logs_bear_their_output_where_there_are_several(tmp_path: Path) -> None:
    text = """\
nnspec: 1
data: {source: t.csv, target: {p: p, q: q}}
model:
  layers:
    - Dense: 2
      name: base
    - Dense: 1
      name: p
      inputs: base
    - Dense: 1
      name: q
      inputs: base
  outputs: [p, q]
training: {optimizer: adam, loss: {p: mse, q: mse}, metrics: METRICS}
"""
    path = tmp_path / "s.yaml"
    path.write_text(text.replace("METRICS", "{q: [mae, rmse]}"))
    spec, network = check(path).accept()
    assert spec.training is not None
    assert logged_metrics(network, spec.training) == (
        "q_mae",
        "q_rmse",
    )
