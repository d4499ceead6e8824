"""One class against all others: which cells are which, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnspec.data import Dataset
from nnspec.data.fit.targets import encode_targets
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]

KINDS = "\n".join(
    ["x,y", *(f"{number},{kind}" for number, kind in enumerate(["red", "green", "blue"] * 6))]
)
NUMBERS = "\n".join(["x,y", *(f"{number},{number % 3}" for number in range(18))])
FLAGS = "\n".join(["x,y", *(f"{number},{number % 3 == 0}".lower() for number in range(18))])


def refusal(load: Load, text: str, **settings: object) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        load(text, "binary", negative="rest", **settings)
    (found,) = refused.value.diagnostics
    return found.code, found.message


@pytest.mark.parametrize(
    ("text", "positive", "label"),
    [(KINDS, "green", "green"), (NUMBERS, 2, "2"), (FLAGS, True, "True")],
)
def test_all_other_classes_are_the_rest(
    load: Load, text: str, positive: object, label: str
) -> None:
    dataset = load(text, "binary", positive=positive, negative="rest")
    (target,) = dataset.fitted.targets.values()
    assert (target.labels, target.positive) == (("rest", label), label)
    split = dataset.splits["train"]
    (codes,) = encode_targets(dataset.fitted, split.targets).values()
    cells = [line.partition(",")[2] for line in text.splitlines()[1:]]
    held = [cells[row] == label.lower() for row in split.rows.tolist()]
    assert codes.reshape(-1).tolist() == [float(one) for one in held]
    assert target.counts == (held.count(False), held.count(True))
    (raw,) = dataset.raw_targets("train").values()
    assert raw.tolist() == [label if one else "rest" for one in held]


def test_a_class_that_was_never_trained_on_is_of_the_rest(load: Load, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("x,y\n1,a\n2,b\n3,a\n4,b\n")
    (tmp_path / "test.csv").write_text("x,y\n1,c\n2,a\n")
    source = {"train": "train.csv", "test": "test.csv"}
    dataset = load(None, "binary", source=source, positive="a", negative="rest")
    (codes,) = encode_targets(dataset.fitted, dataset.splits["test"].targets).values()
    np.testing.assert_array_equal(codes.reshape(-1), [0.0, 1.0])


def test_a_class_that_is_not_there_is_refused_with_the_nearest_one(load: Load) -> None:
    code, message = refusal(load, KINDS, positive="grene")
    assert code == "S106"
    assert "blue, green, red" in message


def test_of_many_classes_the_first_are_listed(load: Load) -> None:
    many = "x,y\n" + "".join(f"{k},{'abcdefghijkl'[k % 12]}\n" for k in range(600))
    _, message = refusal(load, many, positive="z")
    assert message.endswith("the classes are a, b, c, d, e, f, g, h, i, j, ...")


def test_a_single_class_has_no_rest(load: Load) -> None:
    text = "\n".join(["x,y", *(f"{number},red" for number in range(18))])
    assert refusal(load, text, positive="red")[0] == "D115"


def test_several_target_columns_have_no_rest(load: Load) -> None:
    text = "\n".join(["x,y,z", *(f"{number},{number % 2},{number % 3}" for number in range(18))])
    assert refusal(load, text, target=["y", "z"], positive=1)[0] == "S115"


def test_more_than_two_classes_without_it_are_told_of_it(load: Load) -> None:
    with pytest.raises(Refused) as refused:
        load(KINDS, "binary")
    (found,) = refused.value.diagnostics
    assert "negative: rest" in str(found.hint)
