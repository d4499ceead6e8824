"""Answers of an ONNX file beside those of its run: how far apart, and from where on too far."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnspec.diagnostics import Refused, RunFailed
from nnspec.pipeline.onnx_export import Exported, check_answers
from nnspec.pipeline.onnx_parity import Kept, Parity, compare

pytestmark = pytest.mark.keras


def numbers(key: str, kept: list[str], given: list[float]) -> Kept:
    return Kept(key, kept, np.array(given))


def labels(kept: list[str], given: list[Any], lead: list[float] | None = None) -> Kept:
    return Kept("label", kept, np.array(given), None if lead is None else np.array(lead))


def test_differences_are_relative_to_the_largest_answer_of_their_kind() -> None:
    found = compare(
        [
            numbers("a", ["1.0", "-4.0", ""], [1.0, -4.2, np.nan]),
            numbers("b", ["0.0", "0.5", "0.25"], [0.0, 0.5, 0.26]),
        ],
        2.5,
    )
    assert found.worst == pytest.approx(0.05)
    assert found.mean == pytest.approx((0.2 / 4 + 0.01 / 0.5) / 5)
    assert (found.rows, found.labels, found.column) == (3, 0, "a")
    assert found.milliseconds == 2.5
    alike = compare([numbers("a", ["8"], [8.0]), numbers("a", ["0.5"], [1.0])])
    assert alike.worst == pytest.approx(0.5 / 8), "columns of one answer have one scale"
    none = compare([numbers("z", ["0.0"], [0.25])])
    assert none.worst == 0.25, "zeros alone are compared as they are"
    assert compare([numbers("z", [""], [1.0])]) == Parity(0.0, 0.0, 0, 1, "", 0.0)
    assert compare([numbers("a", ["1.0"], [np.nan])]).worst == np.inf


@pytest.mark.parametrize(
    ("lead", "differing"), [(None, 2), ([1, 1, 1, 1], 2), ([2e-5] * 4, 0), ([2.1e-5, 0, 0, 0], 1)]
)
def test_labels_differ_where_one_of_them_leads(lead: list[float] | None, differing: int) -> None:
    found = compare([labels(["b", "b", "", "c"], ["a", "b", "c", "a"], lead)])
    assert found.labels == differing
    assert found.column == ("label" if differing else "")


def test_a_label_that_a_table_wrote_with_an_apostrophe_is_the_same() -> None:
    assert compare([labels(["'=a", "1"], ["=a", "1"])]).labels == 0
    assert compare([labels(["3", "4"], [3, 5])]).labels == 1


def test_labels_that_differ_are_told_before_numbers_that_do() -> None:
    found = compare([labels(["b"], ["a"]), numbers("n", ["1"], [2.0])])
    assert (found.labels, found.column) == (1, "label")


def test_a_hundred_thousandth_may_differ_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    check_answers(Parity(1e-5, 0.0, 0, 7, "a"), file, asked=True)
    check_answers(Parity(None, reason="none"), file, asked=False)
    for parity, asked, told in (
        (Parity(1.01e-5, 0.0, 0, 7, "a"), False, 'answers "a" otherwise than the run on 7 rows'),
        (Parity(0.5, 0.0, 0, 7, "a"), True, "relative difference 0.5, at most 1e-05 allowed"),
        (Parity(0.0, 0.0, 2, 7, "b"), False, "2 of 7 labels differ"),
    ):
        with pytest.raises(RunFailed, match=told) as failed:
            check_answers(parity, file, asked=asked)
        assert failed.value.diagnostics[0].code == "A107"
    with pytest.raises(Refused, match="cannot be compared with the run's: none"):
        check_answers(Parity(None, reason="none"), file, asked=True)


def test_an_export_is_told_in_lines_of_eighty_columns() -> None:
    parity = Parity(1e-6, 2e-8, 0, 18, "a", 0.12345)
    assert Exported(12_345, parity).told == (
        "onnx: 12,345 bytes; 0.123 ms a row\n"
        "  on 18 rows its answers differ by at most 1.0e-06 (mean 2.0e-08, relative)"
    )
    assert Exported(5, None).told.endswith("; not compared, as onnxruntime is not installed")
    assert Exported(5, Parity(reason="gone")).told == "onnx: 5 bytes; not compared: gone"
