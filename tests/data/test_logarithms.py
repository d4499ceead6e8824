"""`target_scaling: log`: what it takes, what goes with it, and arrays to logarithms and back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnspec.data import Dataset, decode_targets

PRICE = "Price €"
SPEC = f"""nnspec: 1
data:
  source: t.csv
  target: "{PRICE}"
  target_scaling: log
model: [{{Dense: 4}}, {{Dense: 1}}]
training: {{optimizer: Adam, loss: mse}}
"""
Load = Callable[..., Dataset]
Answer = Callable[..., str]


def write(folder: Path, *changes: tuple[str, str], prices: tuple[object, ...] = ()) -> None:
    given = (*prices, *(37 + place**3 for place in range(60)))
    rows = "".join(f"{place % 9},{price}\n" for place, price in enumerate(given))
    (folder / "t.csv").write_text(f"Area,{PRICE}\n{rows}", encoding="utf-8")
    spec = SPEC
    for old, new in changes:
        assert old in spec
        spec = spec.replace(old, new)
    (folder / "s.yaml").write_text(spec, encoding="utf-8")


@pytest.mark.parametrize(
    ("prices", "told"),
    [
        ((3, "-12.50"), "is -12.5 in row 2; target_scaling"),
        ((3, 0, "", -999, 5, -1), "is -999 in row 4, and below 0 in 1 more row; target_scaling"),
    ],
)
def test_numbers_below_0_are_refused_with_row_and_remedy(
    prices: tuple[object, ...], told: str, tmp_path: Path, answer: Answer
) -> None:
    write(tmp_path, prices=prices)
    found = answer("--data", "s.yaml")
    assert f's.yaml:5:19: the target "{PRICE}" {told}: log takes numbers of 0 and more' in found
    assert found.count("[D140]") == 1
    assert "= help: write target_scaling: standardize, or correct the cell" in found
    assert found.endswith("exit 1\n")


def test_numbers_of_0_and_more_are_fine(tmp_path: Path, answer: Answer) -> None:
    write(tmp_path, prices=(0, "1e-7", 3e30))
    assert "exit 0" in answer("--data", "s.yaml")


@pytest.mark.parametrize(
    ("loss", "code", "hint"),
    [
        ("gaussian_nll", "M139", "write loss: {Pinball: [0.05, 0.5, 0.95]}, or"),
        ("poisson", "M111", "write target_scaling: none"),
        ("msle", "M111", "write loss: mse, which here"),
    ],
)
def test_losses_that_take_no_logarithm_are_refused_at_the_check(
    loss: str, code: str, hint: str, tmp_path: Path, answer: Answer
) -> None:
    head = "2" if code == "M139" else "{units: 1, activation: softplus}"
    write(tmp_path, ("loss: mse", f"loss: {loss}"), ("Dense: 1", f"Dense: {head}"))
    found = answer("s.yaml")
    assert found.count(f"[{code}]") == 1
    assert hint in found
    assert found.endswith("exit 1\n")


def test_quantiles_and_classes_have_no_such_finding(tmp_path: Path, answer: Answer) -> None:
    write(tmp_path, ("loss: mse", "loss: {Pinball: [0.1, 0.9]}"), ("Dense: 1", "Dense: 2"))
    assert answer("s.yaml").endswith("exit 0\n")
    softmax = "{units: 3, activation: softmax}"
    write(
        tmp_path,
        ("loss: mse", "loss: sparse_categorical_crossentropy"),
        ("Dense: 1", f"Dense: {softmax}"),
    )
    assert answer("s.yaml").endswith("exit 0\n")


def test_a_bounded_head_is_told_what_it_does_not_reach(tmp_path: Path, answer: Answer) -> None:
    write(tmp_path, ("Dense: 1", "Dense: {units: 1, activation: relu}"))
    found = answer("s.yaml")
    assert "learned by its standardized logarithm (mean 0, deviation 1)" in found
    assert "[M110]" in found


def test_each_column_has_its_own_scale_of_the_training_rows(load: Load) -> None:
    text = "x,y,z\n" + "".join(f"{k},{k**3},{k / 1000 + 5}\n" for k in range(100))
    dataset = load(text, target=["y", "z"], target_scaling="log")
    raw, learned = dataset.raw_targets("train")["out"], dataset.encoded_targets("train")["out"]
    logs = np.log1p(raw)
    assert learned == pytest.approx((logs - logs.mean(axis=0)) / logs.std(axis=0), abs=1e-6)
    test = dataset.encoded_targets("test")["out"]
    back = decode_targets(dataset.fitted.targets["out"], test)
    assert back == pytest.approx(dataset.raw_targets("test")["out"], rel=1e-5, abs=1e-6)


def test_an_array_has_one_scale_and_comes_back(load: Load, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    y = np.exp(draw.normal(8, 2, size=(60, 4)))
    np.savez(tmp_path / "a.npz", x=draw.normal(size=60), y=y)
    dataset = load(source="a.npz", target_scaling="log")
    target = dataset.fitted.targets["out"]
    learned = dataset.encoded_targets("train")["out"]
    assert learned.shape == (42, 4)
    assert learned.mean() == pytest.approx(0, abs=1e-6)
    assert learned.std() == pytest.approx(1, abs=1e-6)
    raw = dataset.raw_targets("train")["out"]
    assert decode_targets(target, learned) == pytest.approx(raw, rel=1e-5)


def test_targets_of_equal_logarithms_are_constant(tmp_path: Path, answer: Answer) -> None:
    rows = "".join(f"{place},{10**17 + 2 * place}\n" for place in range(60))
    write(tmp_path)
    (tmp_path / "t.csv").write_text(f"Area,{PRICE}\n{rows}", encoding="utf-8")
    assert "[D107]" in answer("--data", "s.yaml")
