"""The report: one layout for programs, one page and one table for people."""

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from nnspec.diagnostics import Refused
from nnspec.judge.answers import Truth, class_answers, label_answers, number_answers
from nnspec.judge.baselines import Baselines
from nnspec.judge.heads import Numbers, OneClass, SeveralLabels
from nnspec.judge.output import Beside, OutputReport, judge
from nnspec.report.markdown import render_markdown
from nnspec.report.origins import Origins, TrainingFacts
from nnspec.report.report import Report, decode_report
from nnspec.report.terminal import show_report
from nnspec.report.written import encode_table
from nnspec.run.numerals import show_figure, show_metric, show_seconds


def price() -> OutputReport:
    head = Numbers("price", ("price",))
    truth = Truth(np.array([1.0, 2.0, 4.0]))
    answers = {
        split: number_answers([0, 1, 2], np.array([1.0, 2.0, 3.0]) + off, truth)
        for split, off in (("train", 0.0), ("validation", 0.5), ("test", 1.0))
    }
    figures = {"ridge": {split: {"rmse": 9.0, "r2": -0.5, "mae": 8.0} for split in answers}}
    return judge(head, answers, Beside(Baselines(figures, ("ridge: fitted to 2 of 3 rows",))))


def kind() -> OutputReport:
    head = OneClass("kind", ("kind",), ("a|b", "c"))
    answers = class_answers(
        [0, 1], [[0.9, 0.1], [0.2, 0.8]], head.classes, Truth(np.array(["a|b", "a|b"]))
    )
    return judge(head, {"test": answers})


def report(*outputs: OutputReport) -> Report:
    return Report(
        name="houses",
        outputs=outputs,
        rows={"train": 3, "validation": 3, "test": 3},
        parameters=12_345,
        trainable_parameters=12_000,
        training=TrainingFacts(
            optimizer="RMSprop",
            loss="mse",
            batch_size=32,
            epochs=7,
            epochs_planned=200,
            seconds=75.0,
            stopped="EarlyStopping",
            execution=("engine: fused on CPU",),
        ),
        origins=Origins(seed=3, spec_sha256="ab", data="cd", versions={"nnspec": "0"}),
    )


def test_the_layout_is_metrics_by_split_and_baselines_by_name_and_split() -> None:
    document = json.loads(report(price()).encoded())
    assert list(document["metrics"]) == ["train", "validation", "test"]
    assert document["metrics"]["test"] == pytest.approx(
        {"rmse": (2 / 3) ** 0.5, "r2": 1 - 2 / (14 / 3), "mae": 2 / 3}
    )
    assert document["baselines"]["ridge"]["validation"]["r2"] == -0.5
    assert document["outputs"]["price"]["metrics"] == document["metrics"]
    assert document["rows"]["test"] == 3
    assert document["training"]["execution"] == ["engine: fused on CPU"]
    assert document["origins"]["seed"] == 3


def test_an_undefined_figure_is_null_and_a_confusion_matrix_has_labels() -> None:
    document = json.loads(report(kind(), price()).encoded())
    assert document["metrics"]["test"]["roc_auc"] is None
    assert document["metrics"]["test"]["accuracy"] == 0.5
    assert document["confusion_matrix"]["test"] == {
        "labels": ["a|b", "c"],
        "counts": [[1, 1], [0, 0]],
    }
    assert list(document["outputs"]) == ["kind", "price"]


def test_a_report_is_read_back_whole() -> None:
    written = report(kind(), price())
    assert decode_report(written.encoded()).encoded() == written.encoded()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"outputs": {"a": 1}}', b"\xff"])
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="A102"):
        decode_report(content)


def test_the_page_shows_the_network_beside_the_baselines() -> None:
    page = render_markdown(report(price()))
    assert page.startswith("# houses\n")
    assert "### Test: 3 rows\n\n|  | RMSE | R² | MAE |\n| :--- | ---: | ---: | ---: |\n" in page
    assert "| network | 0.8165 | 0.5714 | 0.6667 |\n| ridge | 9.000 | -0.5000 | 8.000 |" in page
    assert "| epochs | 7 of 200; EarlyStopping |" in page
    assert "| duration | 1 min 15 s |" in page
    assert "- engine: fused on CPU" in page
    assert "- ridge: fitted to 2 of 3 rows" in page
    assert "\n\n\n" not in page


def test_the_page_escapes_labels_that_would_end_a_cell() -> None:
    page = render_markdown(report(kind(), price()))
    assert "|  | a\\|b | c |\n| :--- | ---: | ---: |\n| a\\|b | 1 | 1 |\n| c | 0 | 0 |" in page
    assert "## Output kind" in page


def test_the_terminal_table_fits_eighty_columns_and_a_pipe_has_no_colour() -> None:
    stream = io.StringIO()
    show_report(report(price(), kind()), Console(file=stream, width=80))
    lines = stream.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in stream.getvalue()
    assert any(
        line.split() == ["test", "(3)", "network", "0.8165", "0.5714", "0.6667"] for line in lines
    )
    assert any(line.split() == ["ridge", "9.000", "-0.5000", "8.000"] for line in lines)
    assert "ridge: fitted to 2 of 3 rows" in stream.getvalue()


@pytest.mark.parametrize("rows", [9, 12_345, 1_234_567])
def test_the_table_of_several_labels_is_whole_at_eighty_columns(rows: int) -> None:
    truth = np.array([[1, 0], [0, 1], [1, 1]])
    shares = np.array([[0.9, 0.2], [0.4, 0.7], [0.6, 0.4]])
    answers = {"validation": label_answers([0, 1, 2], shares, (0, 1), Truth(truth))}
    figures = {"logistic_regression": {"validation": {"accuracy": 0.5, "macro_f1": 0.25}}}
    figures["logistic_regression"]["validation"] |= {"roc_auc": 0.5, "subset_accuracy": 0.125}
    head = SeveralLabels("kinds", ("red", "round"), (0, 1))
    output = judge(head, answers, Beside(Baselines(figures)))
    stream = io.StringIO()
    whole = replace(report(output), rows={"validation": rows})
    show_report(whole, Console(file=stream, width=80))
    shown = stream.getvalue()
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "logistic_regression" in shown or rows > 99_999


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"), (0.0, "0"), (54.1234, "54.12"), (0.45321, "0.4532"), (1234.5, "1,234"),
        (-3.14159, "-3.142"), (0.00123456, "0.001235"), (1.5e-7, "1.500e-07"), (2e9, "2.000e+09"),
    ],
)  # fmt: skip
def test_a_figure_has_four_digits_that_count(value: float | None, text: str) -> None:
    assert show_figure(value) == text


def test_shares_have_four_decimals_unless_they_are_far_from_one() -> None:
    assert show_metric("r2", -0.000194) == "-0.0002"
    assert show_metric("accuracy", 1.0) == "1.0000"
    assert show_metric("r2", -0.00004) == "0.0000"
    assert show_metric("r2", -12345.6) == "-12,346"
    assert show_metric("roc_auc", None) == "-"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4 s"),
        (9.96, "10 s"),
        (59.7, "1 min 0 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_a_duration_is_written_in_the_units_that_count(seconds: float, text: str) -> None:
    assert show_seconds(seconds) == text


def test_names_mean_nothing_to_the_page_that_they_stand_in() -> None:
    head = OneClass("kind", ("kind",), ("<b>x</b>", "a*b* [c](d) `e` _f_ snake_case &amp;"))
    answers = class_answers(
        [0, 1], [[0.9, 0.1], [0.2, 0.8]], head.classes, Truth(np.array(head.classes))
    )
    page = render_markdown(report(judge(head, {"test": answers})))
    assert "<b>" not in page
    assert "| &lt;b>x&lt;/b> |" in page
    assert r"a\*b\* \[c\](d) \`e\` \_f\_ snake_case &amp;amp;" in page


def test_a_table_of_predictions_holds_no_formula() -> None:
    cells = ["=1+1", "@SUM(1)", "-2+3+cmd|' /C calc'!A0", " =1", "+", "-5 to 10", "a=b", "="]
    told = encode_table([("=name", cells), ("n", [-1.5] * len(cells))]).decode()
    names, *rows = csv.reader(io.StringIO(told))
    assert names == ["'=name", "n"]
    changed = [row[0].startswith("'") for row in rows]
    assert changed == [True, True, True, True, False, False, False, False]
    assert all(row[1] == "-1.5" for row in rows)
    assert json.loads(encode_table([("a", ["=1+1"])], "jsonl")) == {"a": "=1+1"}
