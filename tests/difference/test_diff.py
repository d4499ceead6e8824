"""`nnspec diff` tells specs apart by layer and setting, whatever their text looks like."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnspec.commands import main

SPECS = Path(__file__).parents[2] / "specs"
SPEC = """\
nnspec: 1
data: {source: "sklearn:diabetes", target: target}
model:
  - Dense: {units: 64, activation: relu}
  - Dropout: 0.3
  - Dense: {units: 32, activation: relu}
  - Dense: 1
training: {optimizer: {RMSprop: {rho: 0.8}}, loss: mse, metrics: [rmse, mae], epochs: 3}
"""
Differ = Callable[..., dict[str, Any]]


@pytest.fixture
def printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def printed_of(after: str, *options: str, before: str = SPEC) -> tuple[int, str]:
        for name, text in (("before.yaml", before), ("after.yaml", after)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        files = [str(tmp_path / name) for name in ("before.yaml", "after.yaml")]
        with pytest.raises(SystemExit) as stopped:
            main(["diff", *files, *options])
        assert isinstance(stopped.value.code, int)
        return stopped.value.code, capsys.readouterr().out.replace(f"{tmp_path}/", "")

    return printed_of


@pytest.fixture
def differ(printed: Callable[..., tuple[int, str]]) -> Differ:
    def difference(after: str, before: str = SPEC) -> dict[str, Any]:
        code, out = printed(after, "--format", "json", before=before)
        assert code == 0
        found: dict[str, Any] = json.loads(out)
        return found

    return difference


def changes(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (one["change"], (one["after"] or one["before"])["name"])
        for one in found["layers"]
        if one["settings"] or one["change"] != "changed"
    ]


def test_a_default_that_is_written_out_is_no_difference(differ: Differ) -> None:
    written = SPEC.replace("Dropout: 0.3", "Dropout: {rate: 0.3, seed: null}")
    written = written.replace("loss: mse", "loss: MeanSquaredError, batch_size: 32, shuffle: true")
    found = differ(written)
    assert found["equal"] is True
    assert found["layers_as_before"] == 5


def test_a_layer_put_in_between_shifts_none_behind_it(differ: Differ) -> None:
    found = differ(
        SPEC.replace(
            "  - Dropout: 0.3\n", "  - Dropout: 0.3\n  - Dense: {units: 48, activation: relu}\n"
        )
    )
    assert changes(found) == [("added", "dense_1")]
    (shifted,) = [one for one in found["layers"] if one["change"] == "changed"]
    assert (shifted["before"]["name"], shifted["after"]["name"]) == ("dense_1", "dense_2")
    assert shifted["before"]["parameters"] == 64 * 32 + 32
    assert shifted["after"]["parameters"] == 48 * 32 + 32


def test_a_layer_taken_out_is_the_only_one_that_is_told(differ: Differ) -> None:
    assert changes(differ(SPEC.replace("  - Dropout: 0.3\n", ""))) == [("removed", "dropout")]


def test_a_setting_is_told_with_both_values_and_what_follows(differ: Differ) -> None:
    found = differ(SPEC.replace("units: 64", "units: 128"))
    first, *others = found["layers"]
    assert first["settings"] == [{"path": "units", "before": 64, "after": 128}]
    assert [one["after"]["output_shapes"] for one in others] == [["(128,)"], ["(32,)"]]
    parameters = [found[side]["parameters"] for side in ("before", "after")]
    assert parameters == [64 * 11 + 65 * 32 + 33, 128 * 11 + 129 * 32 + 33]


def test_a_given_name_outweighs_the_place(differ: Differ) -> None:
    named = """\
        nnspec: 1
        model:
          layers:
            - Input: [8]
            - Dense: 4
              name: left
              inputs: input
            - Dense: 4
              name: right
              inputs: input
            - Add:
              inputs: [left, right]
        """.replace("        ", "")
    other = named.replace("right", "new")
    swapped = named.replace("left", "tmp").replace("right", "left").replace("tmp", "right")
    assert changes(differ(other, named)) == [("changed", "new")]
    found = differ(swapped, named)
    wiring = [one["settings"] for one in found["layers"] if one["settings"]]
    assert [[one["path"] for one in some] for some in wiring] in ([["inputs"]], [])


def test_a_layer_of_another_class_in_the_same_place_is_a_replacement(differ: Differ) -> None:
    found = differ(SPEC.replace("Dropout: 0.3", "GaussianNoise: 0.1"))
    (change,) = [one for one in found["layers"] if one["settings"]]
    assert change["before"]["layer"] == "Dropout"
    assert change["after"]["layer"] == "GaussianNoise"
    assert [one["path"] for one in change["settings"]] == ["layer"]


def test_settings_are_compared_by_path_and_objects_by_name(differ: Differ) -> None:
    after = SPEC.replace("rho: 0.8", "rho: 0.7, momentum: 0.1").replace("rmse, mae", "mae, r2")
    found = differ(after.replace("epochs: 3", "epochs: 5"))
    assert found["layers"] == []
    told = {one["path"]: (one.get("before"), one.get("after")) for one in found["settings"]}
    assert told["training.optimizer.RMSprop.rho"] == (0.8, 0.7)
    assert told["training.optimizer.RMSprop.momentum"] == (0.0, 0.1)
    assert told["training.epochs"] == (3, 5)
    metrics = [one for one in found["settings"] if one["path"] == "training.metrics"]
    assert [sorted(one.keys() - {"path"}) for one in metrics] == [["before"], ["after"]]


def test_models_within_are_compared_layer_by_layer(differ: Differ) -> None:
    nested = """\
        nnspec: 1
        model:
          - Input: [8]
          - Model:
              layers: [{Dense: 4}, {Dense: 3}]
              inputs: [x]
            name: inner
          - Dense: 1
        """.replace("        ", "")
    found = differ(nested.replace("Dense: 4", "Dense: 5"), nested)
    told = {one["after"]["name"]: one["settings"] for one in found["layers"]}
    assert told["inner/dense"] == [{"path": "units", "before": 4, "after": 5}]
    assert told["inner/dense_1"] == []


def test_every_shipped_spec_equals_its_filled_form(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("breast_cancer.yaml", "architectures/unet.yaml", "architectures/siamese.yaml")
    for name in names:
        with pytest.raises(SystemExit):
            main(["render", str(SPECS / name)])
        filled = tmp_path / "filled.yaml"
        filled.write_text(capsys.readouterr().out, encoding="utf-8")
        with pytest.raises(SystemExit) as stopped:
            main(["diff", str(SPECS / name), str(filled), "--exit-code"])
        assert stopped.value.code == 0
        assert "no difference" in capsys.readouterr().out


def test_the_text_fits_80_columns_and_says_old_and_new(
    printed: Callable[..., tuple[int, str]],
) -> None:
    after = SPEC.replace("units: 64", "units: 128").replace("0.3", "0.25")
    after = after.replace("RMSprop: {rho: 0.8}", "Adam: {learning_rate: 1e-4, amsgrad: true}")
    code, out = printed(after)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert re.search(r"units +64 → 128", out)
    assert re.search(r"rate +0.3 → 0.25", out)
    assert "RMSprop: {rho: 0.8}" in out
    assert "Adam: {learning_rate: 0.0001, amsgrad: true}" in out
    assert "\x1b" not in out


def test_long_names_fit_80_columns_too(capsys: pytest.CaptureFixture[str]) -> None:
    pair = [SPECS / "architectures" / f"{name}.yaml" for name in ("resnet50", "densenet121")]
    with pytest.raises(SystemExit):
        main(["diff", *map(str, pair)])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines[3:])) <= 80


def test_the_exit_code_tells_a_difference_only_where_it_is_asked_for(
    printed: Callable[..., tuple[int, str]],
) -> None:
    after = SPEC.replace("units: 64", "units: 65")
    assert printed(after)[0] == 0
    assert printed(after, "--exit-code")[0] == 1
    assert printed(SPEC, "--exit-code")[0] == 0


def test_what_is_refused_and_what_is_not_there_have_their_own_codes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    right, wrong = tmp_path / "right.yaml", tmp_path / "wrong.yaml"
    right.write_text(SPEC, encoding="utf-8")
    wrong.write_text(SPEC.replace("units: 64", "units: -1"), encoding="utf-8")
    for second, code, said in (
        (wrong, 1, "S104"),
        (tmp_path / "no.yaml", 2, "no file"),
        (tmp_path, 1, "A102"),
    ):
        with pytest.raises(SystemExit) as stopped:
            main(["diff", str(right), str(second)])
        assert stopped.value.code == code
        assert said in capsys.readouterr().err


def test_a_network_of_a_thousand_layers_is_compared_at_once(differ: Differ) -> None:
    layers = [f"  - Dense: {{units: {8 + place % 3}}}\n" for place in range(1000)]
    long = "nnspec: 1\nmodel:\n  - Input: [8]\n" + "".join(layers)
    other = "nnspec: 1\nmodel:\n  - Input: [8]\n" + "".join(
        [*layers[:10], "  - Dropout: 0.5\n", *layers[10:800], "  - ReLU\n", *layers[800:]]
    )
    assert changes(differ(other, long)) == [("added", "dropout"), ("added", "re_lu")]


def test_what_only_the_data_tells_is_no_difference(differ: Differ) -> None:
    over_a_file = SPEC.replace("sklearn:diabetes", "no.csv")
    found = differ(over_a_file)
    assert found["layers"] == []
    assert [one["path"] for one in found["settings"]] == ["data.source"]
