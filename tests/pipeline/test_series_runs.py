"""Series the whole way: several horizons, a calendar known in advance, gaps; as SavedModel too."""

import csv
import io
import json
from datetime import date, timedelta
from math import sin
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

import nnspec
from nnspec.pipeline.run import RunResult

pytestmark = [pytest.mark.keras, pytest.mark.slow]

SPEC = """
    nnspec: 1
    name: rides
    data:
      source: rides.csv
      target: rides
      features: [rides, warm]
      missing: forward
      target_missing: drop
      window: {length: 6, horizon: [1, 3], key: city, time: day, known: [holiday]}
      split: {validation: 0.2, test: 0.2}
    model:
      - {LSTM: 4, inputs: input, name: past}
      - {Flatten: {}, inputs: known, name: calendar}
      - {Concatenate: {}, inputs: [past, calendar]}
      - Dense: 2
    training: {optimizer: {Adam: 0.1}, loss: mse, metrics: [rmse], epochs: 2}
    evaluation: {gates: {rmse: {max: 1000}}}
"""
Line = list[object]


def rows(count: int, first: int = 0) -> list[Line]:
    return [
        [
            city,
            (date(2024, 1, 1) + timedelta(day)).isoformat(),
            "" if day % 17 == 9 else round(50 + 30 * sin(day) + 10 * place, 2),
            "" if day % 11 == 5 else round(10 + 8 * sin(day / 9), 1),
            "yes" if day % 7 == 6 else "no",
        ]
        for day in range(first, first + count)
        for place, city in enumerate(("Graz", "Linz"))
    ]


def write(path: Path, lines: list[Line]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["city", "day", "rides", "warm", "holiday"])
        writer.writerows(lines)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("rides")
    write(folder / "rides.csv", rows(80))
    (folder / "rides.yaml").write_text(dedent(SPEC), encoding="utf-8")
    return nnspec.train(folder / "rides.yaml", runs=folder)


def predicted(run: RunResult, lines: list[Line]) -> list[dict[str, str]]:
    write(run.folder / "new.csv", lines)
    return list(csv.DictReader(io.StringIO(nnspec.predict(run.folder, run.folder / "new.csv"))))


def served(run: RunResult, windows: list[list[Line]], ahead: list[list[object]]) -> Any:
    """Return what plain TensorFlow answers for windows, and for what is known behind each."""

    def numbers(place: int) -> tf.Tensor:
        cells = [[float("nan") if one[place] == "" else one[place] for one in w] for w in windows]
        return tf.constant(cells, tf.float32)

    columns = {"rides": numbers(2), "warm": numbers(3), "known_holiday": tf.constant(ahead)}
    loaded = tf.saved_model.load(str(run.folder / "model"))
    return loaded.serve(columns)["prediction"].numpy()


def test_the_report_has_figures_for_each_horizon_beside_those_of_the_past(run: RunResult) -> None:
    (output,) = run.report.outputs
    by_horizon = output.metrics_by_column["test"]
    assert list(by_horizon) == ["rides+1", "rides+3"]
    for name in ("rmse", "r2", "mae"):
        mean = np.mean([one[name] for one in by_horizon.values()])
        assert output.metrics["test"][name] == pytest.approx(mean)
    for baseline in ("last_value", "seasonal"):
        assert list(output.baselines_by_column[baseline]["test"]) == ["rides+1", "rides+3"]
    assert "seasonal: the value 7 rows before the target's" in output.baseline_notes[0]
    page = (run.folder / "report.md").read_text(encoding="utf-8")
    heading = "|  | RMSE | R² | MAE | RMSE of mean | RMSE of ridge | RMSE of last_value | RMSE of "
    assert f"{heading}seasonal |" in page
    assert run.missed == ()
    with (run.folder / "predictions.csv").open(encoding="utf-8", newline="") as stream:
        header = next(csv.reader(stream))
    told = ["rides+1", "rides+3", "prediction_rides+1", "prediction_rides+3"]
    assert header == ["row", "city", "day", *told]


def test_new_rows_are_answered_as_the_savedmodel_answers_their_windows(run: RunResult) -> None:
    new = [line for line in rows(20, first=80) if line[0] == "Linz"]
    future: list[Line] = [[*one[:2], "", "", one[4]] for one in new[17:]]
    told = predicted(run, [*future, *new[:17]])
    assert [line["day"] for line in told] == [line[1] for line in new[5:17]]
    assert {line["city"] for line in told} == {"Linz"}
    windows = [new[start : start + 6] for start in range(12)]
    whole = [place for place, one in enumerate(windows) if "" not in one[0]]
    ahead = [[new[start + 6][4], new[start + 8][4]] for start in range(12)]
    answers = served(run, [windows[one] for one in whole], [ahead[one] for one in whole])
    shown = [[float(told[one][f"prediction_rides+{h}"]) for h in (1, 3)] for one in whole]
    assert any("" in line for one in whole for line in windows[one])
    assert len(whole) < len(windows)
    np.testing.assert_allclose(shown, answers, rtol=1e-6)


def test_a_window_that_begins_with_a_missing_cell_has_no_answer_of_the_savedmodel(
    run: RunResult,
) -> None:
    window = [[*line] for line in rows(6, first=20) if line[0] == "Graz"]
    window[3][2] = ""
    carried = [[*line] for line in window]
    carried[3][2] = window[2][2]
    begun = [[*line] for line in window]
    begun[0][2] = ""
    ahead: list[list[object]] = [["no", "yes"]] * 3
    answers = served(run, [window, carried, begun], ahead)
    assert answers[0].tolist() == answers[1].tolist()
    assert np.isnan(answers[2]).all()


def test_the_savedmodel_says_which_unit_is_which_and_how_many_cells_it_takes(
    run: RunResult,
) -> None:
    path = run.folder / "model" / "assets.extra" / "columns.json"
    described = json.loads(path.read_text(encoding="utf-8"))
    assert described["units"] == {"prediction": ["rides+1", "rides+3"]}
    shapes = {name: one["shape"] for name, one in described["columns"].items()}
    assert shapes == {"rides": [None, 6], "warm": [None, 6], "known_holiday": [None, 2]}
