"""The positive class of a binary target: the second one, by any way of writing it."""

from collections.abc import Callable

import pytest

from nnspec.data import Dataset, Preprocessing
from nnspec.diagnostics import Refused

Load = Callable[..., Dataset]


def table(*cells: str) -> str:
    return "x,y\n" + "".join(f"{k},{cells[k % len(cells)]}\n" for k in range(60))


@pytest.mark.parametrize(
    ("cells", "positive", "labels"),
    [
        (("no", "no", "yes"), "no", ("yes", "no")),
        (("no", "no", "yes"), "yes", ("no", "yes")),
        (("0", "1", "1"), 0, (1, 0)),
        (("0", "1", "1"), "1", (0, 1)),
        (("true", "false", "true"), False, (True, False)),
        (("true", "false", "true"), "false", (True, False)),
        (("-1", "1", "1"), -1, (1, -1)),
    ],
)
def test_the_positive_class_is_the_second_and_encoded_as_1(
    cells: tuple[str, ...], positive: object, labels: tuple[object, ...], load: Load
) -> None:
    dataset = load(table(*cells), need="binary", positive=positive)
    target = dataset.fitted.targets["out"]
    assert target.labels == labels
    assert target.positive == labels[1]
    codes = dataset.encoded_targets("train")["out"][:, 0]
    raw = dataset.raw_targets("train")["out"].tolist()
    assert [labels[int(code)] for code in codes.tolist()] == raw
    assert target.counts == tuple(raw.count(label) for label in labels)
    assert Preprocessing.from_json(dataset.fitted.to_json()) == dataset.fitted


@pytest.mark.parametrize(
    ("need", "positive", "code", "said"),
    [
        ("binary", "yess", "S106", "the classes are no and yes"),
        ("multiclass", "yes", "S115", "no output is binary"),
        ("binary", {"other": "yes"}, "S115", '"other", which is no binary output'),
    ],
)
def test_a_class_that_is_not_there_and_a_head_of_another_task_are_refused(
    need: str, positive: object, code: str, said: str, load: Load
) -> None:
    with pytest.raises(Refused) as caught:
        load(table("no", "yes"), need=need, positive=positive)
    (found,) = caught.value.diagnostics
    assert found.code == code
    assert said in found.message
    assert found.path is not None
    assert found.path[:2] == ("data", "positive")
