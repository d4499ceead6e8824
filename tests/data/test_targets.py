"""Targets to what a loss takes and back, and targets that belong to another task."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnspec.catalog.learning_rules import Mistakes
from nnspec.data import Dataset, TargetNeed, decode_targets, load_dataset
from nnspec.data.fit.fitted import Need
from nnspec.data.fit.needs import need_of
from nnspec.data.fit.one_hot import one_hot_codes
from nnspec.data.fit.targets import counted_positions
from nnspec.data.table import Column, Table
from nnspec.diagnostics import Refused
from nnspec.pipeline.check import check
from nnspec.pipeline.opened import read_data
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]


def rows(*labels: object) -> str:
    return "x,y\n" + "".join(f"{k},{labels[k % len(labels)]}\n" for k in range(120))


def test_regression_targets_come_back_in_their_own_units(load: Load) -> None:
    text = "x,y,z\n" + "".join(f"{k},{k * 1000 + 5},{k / 1000}\n" for k in range(100))
    dataset = load(text, target=["y", "z"])
    encoded = dataset.encoded_targets("train")["out"]
    assert encoded.dtype == np.float32
    assert encoded.mean(axis=0) == pytest.approx(0, abs=1e-6)
    assert encoded.std(axis=0) == pytest.approx(1, abs=1e-6)
    back = decode_targets(dataset.fitted.targets["out"], encoded)
    raw = dataset.raw_targets("train")["out"]
    assert back == pytest.approx(raw, rel=1e-6, abs=1e-2)
    assert back[:, 1] == pytest.approx(raw[:, 1], rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    ("labels", "expected", "settings"),
    [
        (("red", "green", "blue"), ("blue", "green", "red"), {}),
        ((0, 1, 2), (0, 1, 2), {}),
        ((10, 9, 300), (9, 10, 300), {"columns": {"y": "category"}}),
        (("true", "false"), (False, True), {}),
        (("007", "1"), ("007", "1"), {"columns": {"y": "category"}}),
    ],
)
def test_labels_keep_their_type_and_come_back(
    labels: tuple[object, ...],
    expected: tuple[object, ...],
    settings: dict[str, object],
    load: Load,
) -> None:
    dataset = load(rows(*labels), need="multiclass", **settings)
    target, split = dataset.fitted.targets["out"], dataset.splits["test"]
    assert target.labels == expected
    assert [type(label) for label in target.labels] == [type(label) for label in expected]
    raw, encoded = dataset.raw_targets("test")["out"], dataset.encoded_targets("test")["out"]
    assert [str(label).lower() for label in raw] == [
        str(labels[row % len(labels)]) for row in split.rows
    ]
    assert encoded.dtype == np.int32
    assert decode_targets(target, encoded).tolist() == raw.tolist()


def test_a_categorical_loss_is_given_one_number_per_class(load: Load, tmp_path: Path) -> None:
    by_number = load(rows(3, 5, 4), need="multiclass", columns={"y": "category"})
    needs = {"out": TargetNeed("multiclass", one_hot=True)}
    section = DataSection(source="data.csv", target="y")
    dataset = load_dataset(section, needs, folder=tmp_path)
    encoded, target = dataset.encoded_targets("test")["out"], dataset.fitted.targets["out"]
    assert encoded.shape == (18, 3)
    assert encoded.sum(axis=1).tolist() == [1.0] * 18
    assert encoded.argmax(axis=1).tolist() == by_number.encoded_targets("test")["out"].tolist()
    assert decode_targets(target, encoded).tolist() == dataset.raw_targets("test")["out"].tolist()


def test_binary_targets_are_zeros_and_ones(load: Load) -> None:
    dataset = load(rows("yes", "no"), need="binary")
    encoded, raw = dataset.encoded_targets("test")["out"], dataset.raw_targets("test")["out"]
    assert encoded.dtype == np.float32
    assert encoded.shape == (18, 1)
    assert encoded[:, 0].tolist() == [float(label == "yes") for label in raw]


def test_minus_one_and_one_are_the_classes_of_a_perceptron(load: Load) -> None:
    assert load(rows(1, -1), need="binary").fitted.targets["out"].labels == (-1, 1)


def test_several_binary_columns_are_labels_side_by_side(load: Load) -> None:
    text = "x,y,z\n" + "".join(f"{k},{k % 2},{int(k % 3 == 0)}\n" for k in range(60))
    dataset = load(text, target=["y", "z"], need="binary")
    assert dataset.encoded_targets("test")["out"].shape == (9, 2)
    assert dataset.raw_targets("test")["out"].shape == (9, 2)


def test_labels_of_every_pixel_are_encoded_in_their_shape(load: Load, tmp_path: Path) -> None:
    masks = np.random.default_rng(0).integers(0, 3, (40, 4, 5))
    np.savez(tmp_path / "data.npz", x=np.random.default_rng(1).random((40, 4, 5)), y=masks)
    dataset = load(source="data.npz", need="multiclass")
    assert dataset.encoded_targets("test")["out"].tolist() == (
        masks[dataset.splits["test"].rows].tolist()
    )


ONE_HOT = "x,Cat,Dog,Owl\n" + "".join(
    f"{k},{int(k % 3 == 0)},{int(k % 3 == 1)},{int(k % 3 == 2)}\n" for k in range(120)
)


@pytest.mark.parametrize("one_hot", [False, True])
def test_one_hot_columns_are_classes_named_after_them(
    one_hot: bool,  # noqa: FBT001 - pytest hands it over by name
    tmp_path: Path,
) -> None:
    columns = ["Cat", "Dog", "Owl"]
    (tmp_path / "data.csv").write_text(ONE_HOT)
    needs = {"out": TargetNeed("multiclass", one_hot=one_hot, units=3)}
    section = DataSection.model_validate({"source": "data.csv", "target": columns})
    dataset = load_dataset(section, needs, folder=tmp_path)
    target, rows = dataset.fitted.targets["out"], dataset.splits["test"].rows
    assert target.labels == ("Cat", "Dog", "Owl")
    encoded = dataset.encoded_targets("test")["out"]
    codes = encoded.argmax(axis=1) if one_hot else encoded
    assert codes.tolist() == (rows % 3).tolist()
    assert dataset.raw_targets("test")["out"].tolist() == [columns[row % 3] for row in rows]


@pytest.mark.parametrize("row", ["1,1,0", "0,0,0", "2,0,0", "0.5,0.5,0"])
def test_a_row_of_one_hot_columns_names_one_class(row: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(f"{ONE_HOT}120,{row}\n")
    section = DataSection.model_validate({"source": "data.csv", "target": ["Cat", "Dog", "Owl"],
                                          "split": {"validation": 0, "test": 0}})  # fmt: skip
    with pytest.raises(Refused, match=r"1 of the training rows name no single class.*\[D115\]"):
        load_dataset(section, {"out": TargetNeed("multiclass", units=3)}, folder=tmp_path)


def test_an_array_s_last_axis_may_be_its_classes(tmp_path: Path) -> None:
    codes = np.random.default_rng(0).integers(0, 3, (40, 5))
    np.savez(tmp_path / "data.npz", x=np.arange(40.0), y=np.eye(3)[codes], z=codes[:, :1])
    section = DataSection.model_validate({"source": "data.npz", "target": "y", "features": ["x"]})
    need = TargetNeed("multiclass", one_hot=True, units=3)
    dataset = load_dataset(section, {"out": need}, folder=tmp_path)
    assert dataset.fitted.targets["out"].shape == (5,)
    assert dataset.fitted.targets["out"].labels == (0, 1, 2)
    rows = dataset.splits["test"].rows
    assert dataset.encoded_targets("test")["out"].tolist() == np.eye(3)[codes[rows]].tolist()
    section = section.model_copy(update={"target": "z"})
    dataset = load_dataset(section, {"out": TargetNeed("multiclass", units=3)}, folder=tmp_path)
    assert dataset.encoded_targets("test")["out"].tolist() == codes[rows, 0].tolist()


def test_a_step_of_one_hot_classes_names_one_class() -> None:
    given = np.eye(3)[np.random.default_rng(0).integers(0, 3, (40, 5))]
    given[7, 0], given[7, 4] = [0, 1, 0], [0.25, 0, 0.5]
    with pytest.raises(Refused) as caught:
        one_hot_codes(Table({"y": Column("numeric", given)}, 40), "the training rows")
    message = caught.value.diagnostics[0].message
    assert message.startswith("1 of the training rows name no single class in y: found 0, 1, 0, ")


@pytest.mark.parametrize("task", ["regression", "binary"])
def test_one_unit_for_each_step_takes_the_steps_of_the_target(task: Need, tmp_path: Path) -> None:
    steps = np.random.default_rng(0).integers(0, 2, (40, 6))
    np.savez(tmp_path / "data.npz", x=np.arange(40.0), y=steps)
    section = DataSection.model_validate({"source": "data.npz", "target": "y"})
    for units, shape in ((1, (6, 1)), (6, (6,))):
        dataset = load_dataset(section, {"out": TargetNeed(task, units=units)}, folder=tmp_path)
        assert dataset.encoded_targets("test")["out"].shape[1:] == shape


@pytest.mark.parametrize(("ignored", "classes"), [(-1, (0, 1, 2)), (255, (0, 1, 2)), (0, (0, 1))])
def test_labels_that_the_loss_ignores_are_no_classes_unless_there_is_a_unit_for_them(
    ignored: int, classes: tuple[int, ...], tmp_path: Path
) -> None:
    tags = np.random.default_rng(0).integers(0, len(classes), (40, 6))
    tags[:, 4:] = ignored
    np.savez(tmp_path / "data.npz", x=np.arange(40.0), tag=tags)
    section = DataSection.model_validate({"source": "data.npz", "target": "tag"})
    need = TargetNeed("multiclass", units=len(classes), ignored=ignored)
    dataset = load_dataset(section, {"out": need}, folder=tmp_path)
    fit, split = dataset.fitted.targets["out"], dataset.splits["test"]
    assert fit.labels == classes
    assert dataset.encoded_targets("test")["out"].tolist() == tags[split.rows].tolist()
    counted = counted_positions(fit, split.targets)
    assert counted is not None
    assert counted.tolist() == (tags[split.rows] != ignored).tolist()


def test_labels_that_do_not_count_from_0_are_refused(load: Load) -> None:
    with pytest.raises(Refused) as refused:
        load(rows(1, 2, 3), need="multiclass")
    (finding,) = refused.value.diagnostics
    assert finding.code == "D109"
    assert finding.message == "the labels run from 1 to 3 (1, 2, 3); expected 0 to 2"
    assert finding.hint == "declare columns: {y: category}; nnspec then numbers the classes"
    declared = load(rows(1, 2, 3), need="multiclass", columns={"y": "category"})
    assert declared.fitted.targets["out"].labels == (1, 2, 3)


NO_CLASS = '"Menge €" holds 0.5, no class; the perceptron rule tells two classes apart'
MANY = "5 classes in training (0, 1, 2, 3, 4); expected 2 for the perceptron rule"


@pytest.mark.parametrize(
    ("settings", "said", "hint"),
    [
        ({"target": "Menge €"}, NO_CLASS, "loss: mse"),
        ({"target": "Menge €", "positive": 5, "negative": "rest"}, NO_CLASS, "loss: mse"),
        ({"target": ["Menge €", "b"]}, NO_CLASS, "loss: mse"),
        ({"target": "k"}, MANY, "negative: rest"),
    ],
)
def test_a_target_of_other_than_two_classes_is_told_of_the_rule(
    tmp_path: Path, settings: dict[str, object], said: str, hint: str
) -> None:
    rows = "".join(f"{k},{k % 7 + 0.5},{k % 5},{k % 2}\n" for k in range(60))
    (tmp_path / "t.csv").write_text(f"x,Menge €,k,b\n{rows}", encoding="utf-8")
    section = DataSection.model_validate({"source": "t.csv", **settings})
    needs = {"out": need_of(Mistakes(), section, 1)}
    with pytest.raises(Refused) as refused:
        load_dataset(section, needs, folder=tmp_path)
    (found,) = refused.value.diagnostics
    assert found.code == "D115"
    assert said in found.message
    assert hint in str(found.hint)


@pytest.mark.parametrize(
    ("labels", "need", "found"),
    [
        (("a", "b"), "regression", 'the target "y" holds texts; the loss is one of numbers'),
        ((0.5, 1.5), "multiclass", "the target holds 0.5, no class"),
        ((0, 1, 2), "binary", r"3 classes in training \(0, 1, 2\); expected 2 for a binary loss"),
        (("a",), "multiclass", r"1 class in training \(a\); expected 2 or more"),
    ],
)
def test_a_target_of_another_task_is_refused(
    labels: tuple[object, ...], need: str, found: str, load: Load
) -> None:
    with pytest.raises(Refused, match=rf"{found}.*\[D115\]"):
        load(rows(*labels), need=need)


def test_a_constant_target_cannot_be_scaled(load: Load) -> None:
    with pytest.raises(Refused, match=r'target column "y" is 4 in all 84 training rows \[D107\]'):
        load(rows(4))


def test_a_reconstruction_has_the_scale_of_what_it_reconstructs(load: Load) -> None:
    text = "a,b,c\n" + "".join(f"{k},{k * 50},{'xy'[k % 2]}\n" for k in range(100))
    dataset = load(text, need="reconstruction")
    target = dataset.fitted.targets["out"]
    assert target.reconstructs == "input"
    scaled = np.array([[0.0, 0.0, 1.0, 0.0]])
    seen = dataset.splits["train"].rows
    expected = [[seen.mean(), 50 * seen.mean(), 1, 0]]
    assert decode_targets(target, scaled) == pytest.approx(np.array(expected))
    assert dataset.raw_targets("test") == {}


def test_a_declared_task_decides_before_the_inputs_are_known(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(rows("yes", "no"), encoding="utf-8")
    (tmp_path / "spec.yaml").write_text(
        "nnspec: 1\ndata: {source: table.csv, target: y, task: classification}\n"
        "model: [{Dense: {units: 1, activation: sigmoid}}]\n"
        "training: {optimizer: adam, loss: dice}\n",
        encoding="utf-8",
    )
    dataset = read_data(*check(tmp_path / "spec.yaml").accept())
    assert [one.need for one in dataset.fitted.targets.values()] == ["binary"]


def test_each_output_of_several_reconstructs_the_input_of_its_name(tmp_path: Path) -> None:
    rows = "".join(f"{k},{k % 5},{k * 3 % 7}\n" for k in range(40))
    (tmp_path / "data.csv").write_text(f"x,y,z\n{rows}")
    inputs = {"left": ["x"], "right": ["y", "z"]}
    section = DataSection.model_validate({"source": "data.csv", "inputs": inputs})
    need = TargetNeed("reconstruction")
    dataset = load_dataset(section, {"right": need, "left": need}, folder=tmp_path)
    assert {name: one.reconstructs for name, one in dataset.fitted.targets.items()} == {
        "right": "right",
        "left": "left",
    }
    with pytest.raises(Refused, match=r'"other" reconstructs one of the inputs.*\[S115\]'):
        load_dataset(section, {"other": need}, folder=tmp_path)
