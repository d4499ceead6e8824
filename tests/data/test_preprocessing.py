"""What is fitted comes from the training rows alone, survives JSON, and settles missing cells."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnspec.data import Dataset, Preprocessing, TargetNeed, load_dataset, read_for_prediction
from nnspec.data.dataset import check_unchanged
from nnspec.data.fit.fitted import CategoryFit, NumericFit
from nnspec.diagnostics import Refused
from nnspec.spec.data import DataSection

Load = Callable[..., Dataset]


def numeric(dataset: Dataset, name: str = "x") -> NumericFit:
    fit = dataset.fitted.columns[name]
    assert isinstance(fit, NumericFit)
    return fit


def category(dataset: Dataset, name: str = "c") -> CategoryFit:
    fit = dataset.fitted.columns[name]
    assert isinstance(fit, CategoryFit)
    return fit


def rows(*cells: str) -> str:
    """Return 100 rows: x counts, c cycles through the cells, y is its own scale."""
    return "x,c,y\n" + "".join(f"{k},{cells[k % len(cells)]},{k / 7}\n" for k in range(100))


def test_nothing_outside_the_training_rows_is_fitted(load: Load) -> None:
    text = rows("a", "b").splitlines()
    first = load("\n".join(text), split={"method": "time"}, missing="median")
    for line in range(71, 101):
        text[line] = f"{line * 1000},other,{line * 99}"
    changed = load("\n".join(text), split={"method": "time"}, missing="median")
    assert changed.fitted.model_copy(update={"files": first.fitted.files}) == first.fitted
    assert changed.fingerprint != first.fingerprint


def test_standardize_uses_mean_and_population_deviation_of_the_training_rows(load: Load) -> None:
    dataset = load(rows("a", "b"))
    seen = dataset.splits["train"].rows.astype(np.float64)
    assert numeric(dataset).shift == pytest.approx(seen.mean(), rel=1e-12)
    assert numeric(dataset).scale == pytest.approx(seen.std(), rel=1e-12)
    target = dataset.fitted.targets["out"]
    assert target.shift == pytest.approx(((seen / 7).mean(),), rel=1e-12)
    assert target.scale == pytest.approx(((seen / 7).std(),), rel=1e-12)


def test_scaling_is_chosen_for_all_columns_or_by_column(load: Load) -> None:
    text = "a,b,y\n" + "".join(f"{k},{k},{k}\n" for k in range(50))
    seen = load(text).splits["train"].rows
    bounded = load(text, scaling="minmax")
    assert (numeric(bounded, "a").shift, numeric(bounded, "a").scale) == (
        seen.min(),
        seen.max() - seen.min(),
    )
    mixed = load(text, scaling={"a": "none"})
    assert (numeric(mixed, "a").shift, numeric(mixed, "a").scale) == (0, 1)
    assert numeric(mixed, "b").shift == pytest.approx(seen.mean())
    assert load(text, target_scaling="none").fitted.targets["out"].scale == (1,)


@pytest.mark.parametrize("scaling", ["standardize", "minmax"])
def test_constant_columns_become_zeros_as_scikit_learn_makes_them(scaling: str, load: Load) -> None:
    text = "a,b,x,y\n" + "".join(f"3,7,{k},{k}\n" for k in range(50))
    loaded = load(text, scaling=scaling)
    assert (numeric(loaded, "a").shift, numeric(loaded, "a").scale) == (3, 1)
    assert (numeric(loaded, "b").shift, numeric(loaded, "b").scale) == (7, 1)


def test_missing_cells_are_refused_with_column_count_and_options(load: Load) -> None:
    text = rows("a", "b").replace("\n5,", "\n,").replace("\n40,b", "\n40,").replace("\n7,", "\nNA,")
    text = text.replace("\n41,b", "\n41,")
    with pytest.raises(Refused) as refused:
        load(text)
    first, second = refused.value.diagnostics
    assert first.code == second.code == "D105"
    assert first.message == 'column "x" has 2 missing cells in 100 rows (first: row 6)'
    assert second.message == 'column "c" has 1 missing cell in 100 rows (first: row 42)'
    assert first.hint is not None
    assert "drop, mean, median or most_frequent" in first.hint
    assert first.path == ("data", "missing")


def test_drop_leaves_out_rows_with_missing_cells_in_used_columns(load: Load) -> None:
    text = rows("a", "b").replace("\n5,", "\n,").replace("\n41,b", "\n41,")
    dataset = load(text, missing="drop")
    kept = np.sort(np.concatenate([split.rows for split in dataset.splits.values()]))
    assert kept.tolist() == [row for row in range(100) if row not in {5, 41}]
    only_x = load(text, missing="drop", features=["x"])
    assert sum(len(split) for split in only_x.splits.values()) == 99


@pytest.mark.parametrize(
    ("policy", "expected"), [("mean", np.mean), ("median", np.median), ("most_frequent", np.min)]
)
def test_missing_cells_are_filled_from_the_training_rows(
    policy: str, expected: Callable[[object], float], load: Load
) -> None:
    text = rows("a", "b", "b").replace("\n5,", "\n,").replace("\n40,b", "\n40,")
    dataset = load(text, missing=policy)
    seen = [float(row) for row in dataset.splits["train"].rows if row != 5]
    assert numeric(dataset).fill == pytest.approx(expected(seen))
    assert category(dataset).fill == "b"


def test_a_missing_target_is_never_filled(load: Load) -> None:
    text = rows("a", "b").replace("\n0,a,0.0", "\n0,a,")
    with pytest.raises(Refused, match=r'column "y" has 1 missing cell') as refused:
        load(text, missing="mean")
    assert refused.value.diagnostics[0].hint == (
        "targets, weights, pictures and integer columns are never filled: use "
        "target_missing: drop, missing: drop, or fill the cells"
    )
    assert sum(len(split) for split in load(text, missing="drop").splits.values()) == 99


def test_missing_integers_are_dropped_and_never_filled(load: Load) -> None:
    text = rows("3", "8").replace("\n40,3", "\n40,")
    integers = {"columns": {"c": "integer"}, "inputs": {"left": ["x"], "right": ["c"]}}
    dataset = load(text, missing="drop", **integers)
    assert sum(len(split) for split in dataset.splits.values()) == 99
    assert dataset.fitted.tensors["right"].element == "integer"
    for policy in ("error", "median"):
        with pytest.raises(Refused, match=r'column "c" has 1 missing cell .*\[D105\]'):
            load(text, missing=policy, **integers)


@pytest.mark.parametrize(
    ("setting", "path"),
    [
        ({"scaling": {"c": "minmax"}}, ("data", "scaling", "c")),
        ({"encoding": {"x": "index"}}, ("data", "encoding", "x")),
    ],
)
def test_a_setting_for_a_column_of_another_kind_is_refused(
    setting: dict[str, object], path: tuple[str, ...], load: Load
) -> None:
    with pytest.raises(
        Refused, match=r"is for \w+ columns; .* is a \w+ column \[S115\]"
    ) as refused:
        load(rows("a", "b"), **setting)
    assert refused.value.diagnostics[0].path == path


def test_cells_that_count_as_missing_can_be_named(load: Load) -> None:
    text = rows("a", "-")
    assert category(load(text)).vocabulary == ("-", "a")
    dropped = load(text, null_values=["-"], missing="drop")
    assert category(dropped).vocabulary == ("a",)


def test_the_preprocessing_survives_json(load: Load) -> None:
    fitted = load(rows("a", 'b "quoted" ü'), missing="most_frequent").fitted
    assert Preprocessing.from_json(fitted.to_json()) == fitted
    labels = load(rows("7", "-1", "12"), target="c", need="multiclass", columns={"c": "category"})
    again = Preprocessing.from_json(labels.fitted.to_json())
    assert again.targets["out"].labels == (-1, 7, 12)
    windows = load(rows("a", "b"), features=["x"], window={"length": 3, "horizon": 2})
    assert Preprocessing.from_json(windows.fitted.to_json()).window == windows.fitted.window


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"version": 2}'])
def test_a_damaged_preprocessing_is_refused(text: str) -> None:
    with pytest.raises(Refused, match=r"the fitted preprocessing is damaged at .*\[A101\]"):
        Preprocessing.from_json(text)


def test_changed_data_is_refused_with_both_hashes(load: Load) -> None:
    dataset = load(rows("a", "b"))
    check_unchanged(dataset, dataset.fingerprint)
    with pytest.raises(Refused, match=rf"has changed: .* was 0000 and is {dataset.fingerprint}"):
        check_unchanged(dataset, "0000")


def test_prediction_takes_the_columns_of_the_training_in_any_order(
    load: Load, tmp_path: Path
) -> None:
    fitted = load(rows("a", "b")).fitted
    (tmp_path / "new.csv").write_text("c,extra,x\na,?,3\nnever seen,?,4\n")
    split = read_for_prediction("new.csv", fitted, folder=tmp_path)
    assert list(split.features.columns) == ["x", "c"]
    assert split.features["c"].values.tolist() == ["a", "never seen"]
    assert not split.targets.columns


def test_prediction_names_columns_that_are_absent(load: Load, tmp_path: Path) -> None:
    fitted = load("size,place,y\n" + "".join(f"{k},{k},{k}\n" for k in range(50))).fitted
    (tmp_path / "new.csv").write_text("Size,y\n1,2\n")
    with pytest.raises(Refused) as refused:
        read_for_prediction("new.csv", fitted, folder=tmp_path)
    (found,) = refused.value.diagnostics
    assert (found.code, found.hint) == ("D103", "did you mean Size for size?")
    assert 'lacks 2 columns of the training: "size", "place"; it has Size, y' in found.message
    (tmp_path / "near.csv").write_text("size,plase\n1,2\n")
    with pytest.raises(Refused, match='has no column "place", which the network was trained on'):
        read_for_prediction("near.csv", fitted, folder=tmp_path)


def test_missing_cells_of_many_columns_are_one_finding(load: Load) -> None:
    names = [f"Länge {k} [m]" for k in range(9)]
    cells = ["" if k == 0 else str(k) for k in range(40)]
    text = ",".join([*names, "y"]) + "\n"
    text += "".join(f"{','.join([cell] * 9)},{k}\n" for k, cell in enumerate(cells))
    with pytest.raises(Refused) as refused:
        load(text.replace(",0\n", ",1\n"))
    (found,) = refused.value.diagnostics
    assert found.code == "D105"
    assert found.message.startswith("9 columns have missing cells in 40 rows: ")
    assert found.message.endswith('"Länge 5 [m]" (1) and 3 more')


def test_prediction_fills_missing_cells_only_if_the_training_did(
    load: Load, tmp_path: Path
) -> None:
    (tmp_path / "new.csv").write_text("x,c\n,a\n3,\n")
    filled = load(rows("a", "b"), missing="mean").fitted
    assert len(read_for_prediction("new.csv", filled, folder=tmp_path)) == 2
    with pytest.raises(Refused, match=r'column "x" has 1 missing cell .*\n.*column "c" has 1'):
        read_for_prediction("new.csv", load(rows("a", "b")).fitted, folder=tmp_path)


def test_prediction_refuses_cells_of_another_type_or_shape(load: Load, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("x,c\n1,a\nmany,b\n")
    with pytest.raises(Refused, match=r'column "x", row 2: "many" is not a number .*\[D106\]'):
        read_for_prediction("new.csv", load(rows("a", "b")).fitted, folder=tmp_path)
    np.savez(tmp_path / "old.npz", x=np.random.default_rng(0).random((20, 3)), y=np.arange(20.0))
    np.savez(tmp_path / "new.npz", x=np.zeros((5, 4)))
    fitted = load(source="old.npz").fitted
    with pytest.raises(Refused, match=r"cells of shape \(4,\); trained on shape \(3,\) \[D110\]"):
        read_for_prediction("new.npz", fitted, folder=tmp_path)


def test_one_input_does_not_mix_class_numbers_or_arrays_with_measures(
    load: Load, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=r'input "input" joins the numbers of classes in "c".*S115'):
        load(rows("a", "b"), encoding="index")
    np.savez(
        tmp_path / "data.npz",
        a=np.arange(60.0).reshape(20, 3),
        b=np.arange(20.0),
        y=np.arange(20.0),
    )
    with pytest.raises(Refused, match=r'input "input" joins the array column "a" with other.*S115'):
        load(source="data.npz")
    two = load(source="data.npz", inputs={"left": ["a"], "right": ["b"]})
    assert {name: one.shape for name, one in two.fitted.tensors.items()} == {
        "left": (None, 3),
        "right": (None, 1),
    }


def test_targets_and_outputs_must_belong_together(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(rows("a", "b"))

    def refusal(target: object, *outputs: str) -> list[str]:
        section = DataSection.model_validate({"source": "data.csv", "target": target})
        needs = {name: TargetNeed("regression") for name in outputs}
        with pytest.raises(Refused) as refused:
            load_dataset(section, needs, folder=tmp_path)
        return [f"{one.code} {one.message}" for one in refused.value.diagnostics]

    assert refusal(None, "out") == [
        'S102 no `target` for the output "out", which is a regression output'
    ]
    assert refusal("y", "a", "b") == ["S115 2 outputs need a target each: a, b"]
    assert refusal({"head": "y"}, "out") == [
        'S106 `target` names the output "head"; the trained outputs are out',
        'S102 no `target` for the output "out", which is a regression output',
    ]


def test_several_outputs_have_a_target_each(load: Load, tmp_path: Path) -> None:
    load(rows("a", "b"))
    section = DataSection.model_validate(
        {"source": "data.csv", "target": {"size": ["x", "y"], "kind": "c"}, "features": ["x"]}
        | {"window": {"length": 2}}
    )
    needs = {"kind": TargetNeed("multiclass", one_hot=True), "size": TargetNeed("regression")}
    dataset = load_dataset(section, needs, folder=tmp_path)
    encoded = dataset.encoded_targets("test")
    assert {name: one.shape[1:] for name, one in encoded.items()} == {"kind": (2,), "size": (2,)}


@pytest.mark.parametrize(
    ("first", "apart", "codes"),
    [
        (1_764_403_200, 1.0, ["D138"]),
        (1_764_403_200, 40.0, ["D138"]),
        (1_764_403_200, 1e6, []),
        (2**24 - 99, 1.0, []),
    ],
)
def test_unscaled_numbers_that_single_precision_mixes_up_are_refused(
    load: Load, first: int, apart: float, codes: list[str]
) -> None:
    text = "x,y\n" + "".join(f"{first + apart * k:.0f},{k % 7}\n" for k in range(100))
    load(text)
    if not codes:
        assert not numeric(load(text, scaling="none")).scaled
        return
    with pytest.raises(Refused) as caught:
        load(text, scaling="none")
    assert [one.code for one in caught.value.diagnostics] == codes
    assert "are rounded by up to 64, and they spread by " in caught.value.diagnostics[0].message


def test_an_unscaled_constant_loses_nothing_to_rounding(load: Load) -> None:
    text = "x,y\n" + "".join(f"1764403201,{k % 7}\n" for k in range(20))
    assert not numeric(load(text, scaling="none")).scaled


def test_rows_without_a_target_are_left_out_where_it_is_said(load: Load) -> None:
    text = "x,y\n" + "".join(
        f"{'' if k % 8 == 1 else k},{'' if k % 8 == 3 else k}\n" for k in range(40)
    )
    dataset = load(text, missing="mean", target_missing="drop")
    assert sum(len(split) for split in dataset.splits.values()) == 35
    assert dataset.fitted.dropping == ("y",)
    with pytest.raises(Refused, match=r'column "y" has 5 missing cells.*\[D105\]'):
        load(text, missing="mean")
    with pytest.raises(Refused, match=r'column "x" has 5 missing cells.*\[D105\]'):
        load(text, target_missing="drop")
    windows = load(text, missing="mean", target_missing="drop", window={"length": 3}).splits
    assert sum(len(split) for split in windows.values()) == 32
