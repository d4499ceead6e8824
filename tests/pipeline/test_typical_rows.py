"""What a person is to know of a run's columns to write a row like those of its training."""

import pytest

from nnspec.data.profile import profile
from nnspec.pipeline.opened import open_spec
from nnspec.pipeline.typical import MOST_CHOICES, Described, describe_columns

pytestmark = pytest.mark.keras
SPEC = """\
nnspec: 1
data:
  source: t.csv
  target: y
  split: {validation: 0, test: 0.25, method: time}
  columns:
    flag: boolean
    kind: {category: {missing: own}}
    many: category
    fewer: category
    day: {date: [month, weekday]}
model:
  - Dense: 1
training: {optimizer: adam, loss: mse}
"""
NAMES = ("size", "flag", "kind", "many", "fewer", "day", "y")
ROWS = 400
TRAINED = 300


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Described], ...]:
    """Return what is known of each column with a profile of the training rows, and without."""
    folder = tmp_path_factory.mktemp("typical")
    rows = [
        (
            f"{row * 2 if row < TRAINED else 9999}",
            "yes" if row % 3 else "no",
            "rare" if row == 5 else ("" if row % 50 == 0 else "often"),
            f"c{row % (MOST_CHOICES + 1)}",
            f"c{row % MOST_CHOICES}",
            f"{1 + row % 28:02d}.{1 + row % 12:02d}.2024",
            f"{row}",
        )
        for row in range(ROWS)
    ]
    lines = [",".join(NAMES), *(",".join(one) for one in rows), ""]
    (folder / "t.csv").write_text("\n".join(lines))
    (folder / "s.yaml").write_text(SPEC)
    dataset = open_spec(folder / "s.yaml").dataset
    fitted = dataset.fitted
    known = profile(dataset.splits["train"].features, fitted.columns)
    return tuple(
        {one.name: one for one in describe_columns(fitted, given)} for given in (known, None)
    )


def test_a_number_has_the_extent_and_the_middle_of_the_training_rows(
    told: tuple[dict[str, Described], ...],
) -> None:
    size = told[0]["size"]
    assert size.extent == (0.0, 2.0 * (TRAINED - 1))
    assert float(size.cells) == pytest.approx(TRAINED, abs=2 * TRAINED / 10)
    assert (size.kind, size.choices, size.form) == ("numeric", (), "")
    plain = told[1]["size"]
    assert plain.extent is None
    assert float(plain.cells) == pytest.approx(TRAINED - 1), "the mean that it is scaled by"


def test_up_to_two_hundred_values_of_a_category_are_choices(
    told: tuple[dict[str, Described], ...],
) -> None:
    known, plain = told
    assert sorted(known["kind"].choices) == ["often", "rare"]
    assert known["kind"].cells.item() == "often", "the most frequent one"
    assert plain["kind"].cells.item() in {"often", "rare"}
    assert known["many"].choices == ()
    assert len(known["fewer"].choices) == MOST_CHOICES == 200
    assert (known["kind"].extent, known["kind"].optional) == (None, True)
    assert not known["many"].optional


def test_a_date_is_written_as_those_of_the_training(
    told: tuple[dict[str, Described], ...],
) -> None:
    known, plain = told
    assert known["day"].form == "%d.%m.%Y"
    day, month, year = map(int, known["day"].cells.item().split("."))
    assert (year, 5 <= month <= 8, 1 <= day <= 31) == (2024, True, True)
    assert plain["day"].cells.item() == "01.01.1970"
    assert known["day"].extent is None


def test_a_truth_value_is_true(told: tuple[dict[str, Described], ...]) -> None:
    assert told[0]["flag"].cells.item() is True
    assert list(told[0]) == ["size", "flag", "kind", "many", "fewer", "day"]
