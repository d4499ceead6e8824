"""Every shipped spec trains on its real data and reaches the figure that the README names."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import polars as pl
import pytest
from sklearn import datasets
from sklearn import metrics as oracle

import nnspec
from nnspec.pipeline.run import RunResult

pytestmark = [pytest.mark.keras, pytest.mark.slow]
SPECS = Path(__file__).parents[2] / "specs"
NAMES = sorted(path.stem for path in SPECS.glob("*.yaml"))
THEMSELVES = {"digits_autoencoder", "digits_denoising", "sunspots_autoencoder"}
"""Specs of networks that give back their input."""
CLASSES = {
    "auto_mpg_origin",
    "breast_cancer",
    "breast_cancer_calibrated",
    "digits",
    "digits_augmented",
    "digits_resized",
    "wine",
    "wine_gated",
}
MAPS = {"digits_map", "iris_map", "wine_kmeans"}
PIXELS = {"ink"}
"""Specs whose answers are a class for each pixel."""
Trained = Callable[[str], RunResult]


def on_test(result: RunResult, baseline: str | None = None) -> dict[str, float]:
    output = result.report.first
    found = output.baselines[baseline]["test"] if baseline else output.metrics["test"]
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("digits", 0.98),
        ("digits_augmented", 0.98),
        ("breast_cancer", 0.95),
        ("digits_resized", 0.96),
        ("wine", 0.94),
        ("wine_gated", 0.94),
        ("ink", 0.98),
    ],
)
def test_a_classifier_reaches_its_accuracy(trained: Trained, name: str, least: float) -> None:
    assert on_test(trained(name))["accuracy"] >= least


def test_rare_classes_whose_rows_are_repeated_are_known(trained: Trained) -> None:
    found = on_test(trained("auto_mpg_origin"))
    assert found["macro_f1"] >= 0.6


def test_diabetes_is_no_worse_than_ridge_regression(trained: Trained) -> None:
    result = trained("diabetes")
    assert on_test(result)["r2"] >= on_test(result, "ridge")["r2"] - 0.03


@pytest.mark.parametrize(
    "name", ["sunspots", "sunspots_bidirectional", "sunspots_merges", "sunspots_noise"]
)
def test_sunspots_beat_the_last_value_by_a_tenth(trained: Trained, name: str) -> None:
    result = trained(name)
    assert on_test(result)["rmse"] <= 0.9 * on_test(result, "last_value")["rmse"]


@pytest.mark.parametrize("name", ["diabetes_intervals", "auto_mpg_quantiles", "auto_mpg_normal"])
def test_intervals_hold_about_nine_tenths_of_the_test_rows(trained: Trained, name: str) -> None:
    figures = on_test(trained(name))
    assert 0.8 <= figures["coverage_90"] <= 0.99
    assert figures["width_90"] < on_test(trained(name), "mean").get("width_90", np.inf)


def test_a_temperature_does_not_make_the_log_loss_of_new_rows_worse(trained: Trained) -> None:
    output = trained("breast_cancer_calibrated").report.first
    assert output.temperature is not None
    (told,) = [one for one in output.baseline_notes if one.startswith("test: log loss")]
    before, after = (float(one.split()[-2]) for one in told.split(";")[0].split(",")[:2])
    assert after <= before + 0.005
    assert on_test(trained("breast_cancer_calibrated"))["accuracy"] >= 0.95


@pytest.mark.parametrize("name", ["auto_mpg", "auto_mpg_quantiles", "auto_mpg_normal"])
def test_fuel_is_predicted_to_three_quarters_of_its_variance(trained: Trained, name: str) -> None:
    assert on_test(trained(name))["r2"] >= 0.75


@pytest.mark.parametrize("name", ["digits_autoencoder", "digits_denoising"])
def test_the_others_explain_most_of_the_variance(trained: Trained, name: str) -> None:
    assert on_test(trained(name))["r2"] >= 0.75


def test_a_denoising_network_halves_the_error_of_the_noise(trained: Trained) -> None:
    figures = on_test(trained("digits_denoising"))
    assert figures["denoised_rmse"] <= 0.5 * figures["noise_rmse"]


def test_a_window_is_given_back_better_than_its_mean(trained: Trained) -> None:
    result = trained("sunspots_autoencoder")
    assert on_test(result)["rmse"] <= 0.75 * on_test(result, "mean")["rmse"]


def test_classes_are_told_from_the_codes_of_an_autoencoder(tmp_path: Path) -> None:
    for name in ("digits_autoencoder", "two_steps/digits_codes"):
        spec = (SPECS / f"{name}.yaml").read_text(encoding="utf-8")
        (tmp_path / Path(name).name).with_suffix(".yaml").write_text(spec, encoding="utf-8")
    begun = nnspec.train(tmp_path / "digits_autoencoder.yaml", runs=tmp_path / "runs")
    result = nnspec.train(tmp_path / "digits_codes.yaml", runs=tmp_path / "runs")
    assert on_test(result)["accuracy"] >= 0.9
    table = tmp_path / "rows.npz"
    np.savez(table, images=datasets.load_digits().images[:60].astype("float32"))
    codes = [nnspec.predict(one.folder, table, output_of="code") for one in (begun, result)]
    assert codes[0] == codes[1]


@pytest.mark.parametrize("name", sorted({*NAMES} - THEMSELVES - MAPS - PIXELS))
def test_figures_agree_with_scikit_learn_on_the_saved_predictions(
    trained: Trained, name: str
) -> None:
    result = trained(name)
    table = pl.read_csv(result.folder / "predictions.csv")
    truth, answer = table["target"].to_numpy(), table["prediction"].to_numpy()
    if name in CLASSES:
        expected = {
            "accuracy": oracle.accuracy_score(truth, answer),
            "macro_f1": oracle.f1_score(truth, answer, average="macro"),
        }
    else:
        expected = {
            "rmse": oracle.root_mean_squared_error(truth, answer),
            "r2": oracle.r2_score(truth, answer),
            "mae": oracle.mean_absolute_error(truth, answer),
        }
    found = on_test(result)
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-6)


FOREIGN = dedent(
    """
    import json, sys
    import numpy as np
    import tensorflow as tf

    model, table, batch = sys.argv[1], sys.argv[2], int(sys.argv[3])
    loaded = tf.saved_model.load(model)
    serve = loaded.signatures["serving_default"]
    columns = json.load(open(f"{model}/assets.extra/columns.json"))["columns"]
    data = np.load(table)
    answers = []
    rows = len(data[data.files[0]])
    for start in range(0, rows, batch):
        fed = {
            one["name"]: tf.constant(data[column][start : start + batch].astype(
                object if one["dtype"] == "string" else one["dtype"]))
            for column, one in columns.items()
        }
        answers.append(serve(**fed)["prediction"].numpy())
    assert not [name for name in sys.modules if name.split(".")[0] == "nnspec"]
    np.save(sys.argv[4], np.concatenate(answers))
    """
)


@pytest.mark.parametrize(("name", "batch"), [("diabetes", 7), ("auto_mpg", 100), ("wine", 1)])
def test_the_savedmodel_answers_alike_in_a_process_without_nnspec(
    trained: Trained, tmp_path: Path, name: str, batch: int
) -> None:
    result = trained(name)
    raw = raw_table(name)
    raw.write_csv(tmp_path / "rows.csv")
    columns = {
        name: cells.cast(str).to_numpy().astype(str)
        if cells.dtype == pl.String
        else cells.to_numpy()
        for name, cells in raw.to_dict().items()
    }
    np.savez(tmp_path / "rows.npz", **columns)
    script = [sys.executable, "-W", "ignore", "-c", FOREIGN, str(result.folder / "model")]
    foreign = [*script, str(tmp_path / "rows.npz"), str(batch), str(tmp_path / "answers.npy")]
    subprocess.run(foreign, check=True, cwd=tmp_path)
    found = np.load(tmp_path / "answers.npy")
    predicted = pl.read_csv(nnspec.predict(result.folder, tmp_path / "rows.csv").encode())
    expected = predicted["prediction"].to_numpy()
    assert len(found) == raw.height
    np.testing.assert_allclose(found.reshape(-1), expected, rtol=1e-5)


def raw_table(name: str) -> pl.DataFrame:
    if name == "auto_mpg":
        table = pl.read_csv(SPECS / "data" / "auto_mpg.csv", infer_schema_length=None)
        return table.drop("mpg")
    bunch = getattr(datasets, f"load_{name}")()
    return pl.DataFrame(dict(zip(bunch.feature_names, bunch.data.T, strict=True)))


@pytest.mark.parametrize("name", ["diabetes", "wine", "sunspots"])
def test_evaluating_a_finished_run_gives_the_figures_of_its_report(
    trained: Trained, name: str
) -> None:
    result = trained(name)
    (again,) = nnspec.evaluate(result.folder)
    assert again.metrics["test"] == pytest.approx(result.report.first.metrics["test"], rel=1e-6)
