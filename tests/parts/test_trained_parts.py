"""Codes of a run, from `predict` and the SavedModel; networks that begin with a part of a run."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tensorflow as tf
from two_steps import BEGUN, Steps, train_both

import nnspec
from nnspec.commands import main
from nnspec.data import read_for_prediction
from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.network.fill import render_spec
from nnspec.pipeline.check import Checked, check, check_document
from nnspec.pipeline.finished import open_run, report
from nnspec.pipeline.opened import check_opened

pytestmark = pytest.mark.keras
USE = "{run: runs/people, layer: code, trainable: false}"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Steps:
    return train_both(tmp_path_factory.mktemp("steps"))


def called(*arguments: object, code: int = 0) -> None:
    with pytest.raises(SystemExit, match=str(code)):
        main([str(one) for one in arguments])


def codes_of(steps: Steps, layer: str = "code") -> pl.DataFrame:
    text = nnspec.predict(steps.first, steps.rows, output_of=layer)
    return pl.read_csv(io.BytesIO(text.encode()))


def test_the_output_of_a_layer_is_what_its_weights_make_of_the_rows(steps: Steps) -> None:
    run = open_run(steps.first)
    rows = read_for_prediction(str(steps.rows), run.program.fitted, folder=Path())
    (values,) = run.program.features(rows.features).values()
    hidden, code = (run.program.core.get_layer(one).get_weights() for one in ("dense", "code"))
    expected = np.maximum(values @ hidden[0] + hidden[1], 0) @ code[0] + code[1]
    found = codes_of(steps)
    assert found.columns == ["row", "code_0", "code_1"]
    np.testing.assert_allclose(found.select("^code_.*$").to_numpy(), expected, atol=1e-6)


@pytest.mark.slow
def test_codes_are_the_same_in_every_form_and_stand_beside_what_is_kept(
    steps: Steps, tmp_path: Path
) -> None:
    for name in ("c.csv", "c.tsv", "c.jsonl", "c.json", "c.parquet"):
        asked = ("--output-of", "code", "--keep", "Person", "-o", tmp_path / name)
        called("predict", steps.first, steps.rows, *asked)
    frame = pl.read_parquet(tmp_path / "c.parquet")
    assert frame.columns == ["row", "Person", "code_0", "code_1"]
    assert frame["Person"].to_list() == [f"P{k}" for k in range(20)]
    assert json.loads((tmp_path / "c.json").read_text())["predictions"] == frame.to_dicts()
    written = (tmp_path / "c.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in written] == frame.to_dicts()
    for name, sign in (("c.csv", ","), ("c.tsv", "\t")):
        assert pl.read_csv(tmp_path / name, separator=sign).equals(frame)


def test_a_layer_that_is_not_there_is_one_finding_with_a_near_name(steps: Steps) -> None:
    with pytest.raises(Refused) as refused:
        nnspec.predict(steps.first, steps.rows, output_of="cod")
    (found,) = refused.value.diagnostics
    assert (found.code, found.hint) == ("G101", "did you mean code?")


def test_the_input_and_the_end_of_a_network_can_be_had_too(steps: Steps) -> None:
    assert codes_of(steps, "input").width == 1 + 5
    assert codes_of(steps, "dense_2").width == 1 + 5


def test_a_layer_of_a_part_is_had_as_the_part(steps: Steps) -> None:
    text = nnspec.predict(steps.second, steps.rows, output_of="code")
    found = pl.read_csv(io.BytesIO(text.encode()))
    assert found.equals(codes_of(steps))


def test_codes_of_the_savedmodel_equal_those_of_predict(steps: Steps) -> None:
    loaded = tf.saved_model.load(str(steps.first / "model"))
    table = pl.read_csv(steps.rows)
    columns = {
        "Height": tf.constant(table["Height"].to_numpy().astype(np.float32)),
        "Weight": tf.constant(table["Weight"].fill_null(np.nan).to_numpy().astype(np.float32)),
        "City": tf.constant(table["City"].to_list()),
    }
    found = loaded.signatures["codes"](**columns)
    assert set(found) == {"code", "gaussian_noise"}
    expected = codes_of(steps).select("^code_.*$").to_numpy()
    np.testing.assert_allclose(found["code"], expected, atol=1e-6)
    assert "codes" not in loaded.signatures["serving_default"](**columns)


@pytest.mark.slow
def test_an_export_names_its_own_codes(steps: Steps, tmp_path: Path) -> None:
    called("export", steps.first, "-o", tmp_path / "model", "--codes", "dense")
    loaded = tf.saved_model.load(str(tmp_path / "model"))
    assert list(loaded.signatures["codes"].structured_outputs) == ["dense"]


def test_codes_are_no_part_of_a_document_of_keras(steps: Steps, tmp_path: Path) -> None:
    asked = ("--format", "keras-json", "--codes", "code", "-o", tmp_path / "model.json")
    called("export", steps.first, *asked, code=2)
    assert not (tmp_path / "model.json").exists()


def test_noise_is_judged_against_the_rows_without_it(steps: Steps) -> None:
    output = report(steps.first).first
    fitted = open_run(steps.first).program.fitted
    for figures in output.metrics.values():
        before, after = figures["noise_rmse"] or 0.0, figures["denoised_rmse"] or 0.0
        assert figures["noise_left"] == pytest.approx(after / before)
    # Of each column the noise is half of its deviation; numbers of categories have no units.
    scales = fitted.targets[output.name].scale
    expected = 0.5 * sum(scales) / len(scales)
    assert output.metrics["train"]["noise_rmse"] == pytest.approx(expected, rel=0.15)
    (again,) = nnspec.evaluate(steps.first)
    assert again.metrics["test"] == pytest.approx(output.metrics["test"], rel=1e-6)


def checked(steps: Steps, use: str) -> Checked:
    text = BEGUN.replace(USE, use)
    return check_document(parse_document(text, "grades.yaml"), folder=steps.folder)


def test_a_frozen_part_keeps_the_weights_of_its_run(steps: Steps) -> None:
    first, second = (open_run(one).program.core for one in (steps.first, steps.second))
    part = second.get_layer("code")
    assert [layer.name for layer in part.layers[1:]] == ["gaussian_noise", "dense", "code"]
    for name in ("dense", "code"):
        pairs = zip(first.get_layer(name).weights, part.get_layer(name).weights, strict=True)
        assert all(np.array_equal(one, other) for one, other in pairs)
    assert [tuple(one.shape) for one in second.trainable_weights] == [(2, 1), (1,)]


def test_columns_enter_a_part_as_its_run_has_fitted_them(steps: Steps) -> None:
    first, second = (open_run(one).program.fitted for one in (steps.first, steps.second))
    assert first.columns == second.columns


def test_a_run_says_what_it_began_with_and_needs_it_no_more(steps: Steps, tmp_path: Path) -> None:
    kept = json.loads((steps.second / "run.json").read_text())["parts"]["code"]
    weights = json.loads((steps.first / "run.json").read_text())["artefacts"]
    assert kept == {
        "run": str(steps.first.resolve()),
        "layer": "code",
        "sha256": weights["checkpoints/last.weights.h5"]["sha256"],
    }
    said = '"code" begins as the layers of runs/people up to code, whose weights stay as they are'
    assert said in (steps.second / "report.md").read_text()
    expected = nnspec.predict(steps.second, steps.rows)
    hidden = tmp_path / "people"
    shutil.move(steps.first, hidden)
    try:
        assert nnspec.predict(steps.second, steps.rows) == expected
        assert nnspec.evaluate(steps.second)[0].metrics["test"]["accuracy"] is not None
    finally:
        shutil.move(hidden, steps.first)


def test_a_filled_spec_names_the_run_and_the_spec_of_a_run_does_not(steps: Steps) -> None:
    spec, network = check(steps.folder / "grades.yaml").accept()
    assert f"use: {USE}" in render_spec(spec, network)
    assert "runs/people" not in (steps.second / "spec.yaml").read_text()
    compiled = nnspec.compile(spec)
    first = open_run(steps.first).program.core
    found = compiled.get_layer("code").get_layer("dense").get_weights()
    assert np.array_equal(found[0], first.get_layer("dense").get_weights()[0])


REFUSED = [
    ("A102", "{run: runs/nobody, layer: code}", "runs/nobody"),
    ("X104", "{run: ../runs, layer: code}", "../runs"),
    ("X103", "{run: 'http://a.b/c', layer: code}", "'http://a.b/c'"),
    ("G101", "{run: runs/people, layer: cod}", "cod"),
    ("G101", "{run: runs/people, layer: input}", "input"),
    ("S102", "{run: runs/people}", "{run: runs/people}"),
    ("S101", "{run: runs/people, layer: code, frozen: true}", "frozen"),
    ("S103", "{run: 3, layer: code}", "3"),
    ("S103", "{run: runs/people, layer: code, trainable: perhaps}", "perhaps"),
]


@pytest.mark.parametrize(("code", "use", "at"), REFUSED)
def test_a_part_that_cannot_be_had_is_one_finding_at_its_place(
    steps: Steps, code: str, use: str, at: str
) -> None:
    (found,) = [one for one in checked(steps, use).diagnostics if one.severity == "error"]
    assert found.code == code
    assert found.span
    line = BEGUN.replace(USE, use).splitlines()[found.span.start.line - 1]
    assert line[found.span.start.column - 1 :].startswith(at)


def test_a_part_of_other_shapes_is_refused_where_it_stands(steps: Steps) -> None:
    narrow = f"nnspec: 1\nmodel:\n  - Input: [4]\n  - use: {USE}\n"
    document = parse_document(narrow, "grades.yaml")
    (found,) = check_document(document, folder=steps.folder).diagnostics
    assert (found.code, found.span and found.span.start.line) == ("G302", 4)
    assert "is (5,); got (4,)" in found.message


def test_a_part_stands_in_the_network_itself(steps: Steps) -> None:
    within = BEGUN.replace(f"- use: {USE}", f"- Model: [use: {USE}]")
    found = check_document(parse_document(within, "g.yaml"), folder=steps.folder).diagnostics
    assert [one.code for one in found] == ["G107"]


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda run: (run / "checkpoints/last.weights.h5").write_bytes(b"other"), "A101"),
        (lambda run: (run / "preprocessing.json").unlink(), "A111"),
        (lambda run: edit(run, '"status": "complete"', '"status": "trained"'), "A121"),
    ],
)
def test_a_run_that_is_damaged_or_not_complete_gives_no_part(
    steps: Steps, tmp_path: Path, harm: Callable[[Path], object], code: str
) -> None:
    shutil.copytree(steps.first, tmp_path / "runs/people")
    harm(tmp_path / "runs/people")
    found = check_document(parse_document(BEGUN, "g.yaml"), folder=tmp_path).diagnostics
    assert [one.code for one in found if one.severity == "error"] == [code]
    assert found[0].span


def edit(run: Path, old: str, new: str) -> None:
    path = run / "run.json"
    path.write_text(path.read_text().replace(old, new))


def test_other_columns_than_a_part_has_learned_from_are_told(steps: Steps) -> None:
    renamed = (steps.folder / "tall.csv").read_text().replace("Height", "Size")
    (steps.folder / "renamed.csv").write_text(renamed)
    text = BEGUN.replace("tall.csv", "renamed.csv").replace("Height", "Size")
    (steps.folder / "renamed.yaml").write_text(text)
    found = next(
        one for one in check_opened(check(steps.folder / "renamed.yaml")) if one.code == "D161"
    )
    assert found.message == (
        '"code" has learned from Height, which it is not given; it is given Size, which it has not '
        "learned from"
    )


@pytest.mark.parametrize(
    ("settings", "said", "hint"),
    [
        ("", "has not learned from Person, which it is given", "write exclude: [Person]"),
        (
            "exclude: [City]",
            (
                "has learned from City, which it is not given; it is given Person, which it has "
                "not learned from"
            ),
            "write exclude: [Person]",
        ),
        (
            "exclude: [City, Person]",
            "has learned from City, which it is not given",
            "write exclude: [Person]",
        ),
        (
            'features: ["*"]',
            "has not learned from Person, which it is given",
            "write features: [Height, Weight, City]",
        ),
        (
            'inputs: {input: ["*"]}',
            "has not learned from Person, which it is given",
            "write input: [Height, Weight, City] under inputs",
        ),
        (
            "features: [City, Weight, Height]",
            "has learned from the same columns in another order: column 1 was Height, and is City",
            "write features: [Height, Weight, City]",
        ),
    ],
)
def test_the_columns_that_differ_are_named_with_a_remedy_that_works(
    steps: Steps, settings: str, said: str, hint: str
) -> None:
    path = steps.folder / "differs.yaml"
    columns = "columns: {Person: category}\n  "
    spec = BEGUN.replace("features: [Height, Weight, City]", columns + settings)
    path.write_text(spec)
    found = [one for one in check_opened(check(path)) if one.code in {"D161", "G302"}]
    assert found[0].message == f'"code" {said}'
    assert {one.hint for one in found} == {hint}
    assert ("G302" in {one.code for one in found}) == (not settings.startswith("features: [C"))
    repaired = hint.removeprefix("write ").removesuffix(" under inputs")
    repaired = f"inputs: {{{repaired}}}" if "inputs" in hint else repaired
    path.write_text(BEGUN.replace("features: [Height, Weight, City]", columns + repaired))
    assert not {"D161", "G302"} & {one.code for one in check_opened(check(path))}
