"""How a written file stands beside its run: lines and a table, to the letter."""

from typing import Any

import pytest

from nnspec.exchange.parity import Parity
from nnspec.pipeline.parity_rows import Compared, Figure, table_of

pytestmark = pytest.mark.keras
NEAR = Parity(1234, 2.5e-7, 1e-8)


def compared(**settings: Any) -> Compared:
    given: dict[str, Any] = {"bytes": 12_345, "sha256": "", "parity": NEAR, "milliseconds": 0.12345}
    return Compared("keras", **(given | settings))


@pytest.mark.parametrize(
    ("one", "line"),
    [
        (
            compared(),
            (
                "keras: 12,345 bytes; 0.123 ms a row\n"
                "  on 1,234 rows its answers differ by at most 2.5e-07 (mean 1.0e-08, relative)"
            ),
        ),
        (
            compared(milliseconds=None, parity=Parity(5, 1.0, 0.5, 2), beside="what is left"),
            (
                "keras: 12,345 bytes\n"
                "  on 5 rows its answers differ by at most 1.0e+00 (mean 5.0e-01, relative), and\n"
                "  2 labels\nwhat is left"
            ),
        ),
        (
            compared(parity=None, reason="no reader"),
            "keras: 12,345 bytes; not compared: no reader",
        ),
        (Compared("keras", reason="none"), "keras: 0 bytes; not compared: none"),
    ],
)
def test_a_comparison_is_told_in_lines_of_eighty_columns(one: Compared, line: str) -> None:
    assert one.says() == line


def test_a_table_lines_up_what_was_compared_and_reasons_run_on() -> None:
    rows = [
        compared(figure=Figure("rmse", 1.23456789, 1.2)),
        Compared("litert-float16", 7, "", NEAR, 12.0, Figure("accuracy", None, 0.5), rows="train"),
        compared(figure=None, milliseconds=None, bytes=1),
        Compared("savedmodel", 1_000, reason="a reason that is longer than any other cell is"),
        Compared("onnx", reason="it is not installed"),
        Compared(
            "tfjs", 9, reason="a reason that is longer than a line of a terminal, which holds 80"
        ),
    ]
    assert list(table_of(rows)) == [
        "format           bytes  ms a row            figure     file  run  largest     mean",
        "keras           12,345     0.123       rmse (test)  1.23457  1.2  2.5e-07  1.0e-08",
        "litert-float16       7        12  accuracy (train)           0.5  2.5e-07  1.0e-08",
        "keras                1                                            2.5e-07  1.0e-08",
        "savedmodel      1,000 bytes; a reason that is longer than any other cell is",
        "onnx            it is not installed",
        "tfjs            9 bytes; a reason that is longer than a line of a terminal,",
        "                which holds 80",
    ]
