"""First specs: for a table, from a template; each validates, and trains as it is."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import nnspec
from nnspec.commands import main
from nnspec.diagnostics import Refused
from nnspec.document import parse_document, plain
from nnspec.draft.tabular import draft_spec
from nnspec.draft.templates import read_template, template_names
from nnspec.pipeline.check import Checked
from nnspec.style import restyle

FLATS = "id,area,town,sold,price\n" + "".join(
    f"{row},{20 + row % 37},{['north', 'south'][row % 2]},{['true', 'false'][row % 3 % 2]},"
    f"{100 + 3 * (row % 37) + row % 5}.5\n"
    for row in range(80)
)
Draft = Callable[..., str]


@pytest.fixture
def draft(tmp_path: Path) -> Draft:
    def drafted(table: str, target: str, window: int | None = None) -> str:
        (tmp_path / "data.csv").write_text(table, encoding="utf-8")
        return draft_spec("data.csv", target, tmp_path, window)

    return drafted


def lines(*written: str) -> str:
    return "".join(f"{line}\n" for line in written)


def test_numbers_make_a_regression_and_columns_are_typed(draft: Draft) -> None:
    text = draft(FLATS, "price")
    assert "  columns: {town: category, sold: boolean}\n" in text
    assert "  # left out: id (it counts the rows)\n" in text
    assert "  features: [area, town, sold]\n" in text
    assert "  - Dense: 1\n" in text
    assert "  loss: mse\n" in text


def test_two_texts_make_a_binary_task(draft: Draft) -> None:
    text = draft(FLATS, "town")
    assert "  loss: binary_crossentropy\n" in text
    assert "  # classes: north, south\n  - Activation: sigmoid\n" in text


def test_few_whole_numbers_are_classes_that_are_counted(draft: Draft) -> None:
    rows = "".join(f"{row * 7 % 13},{3 + row % 3}\n" for row in range(60))
    text = draft(f"x,y\n{rows}", "y")
    assert "  columns: {y: category}\n" in text
    assert "  - Dense: 3\n    name: deep\n" in text
    assert "  # classes: 3, 4, 5\n  - Activation: softmax\n" in text


def test_missing_cells_are_filled_and_rows_without_target_dropped(draft: Draft) -> None:
    assert "  missing: median\n" in draft(FLATS.replace("3,23,", "3,,"), "price")
    assert "  target_missing: drop\n" in draft(FLATS + "80,31,north,true,\n", "price")


def test_a_linear_model_stands_beside_the_hidden_layers(draft: Draft) -> None:
    few, some, many = (
        draft(
            "x,z,y\n" + "".join(f"{row * 7 % 93},{row % 31},{row % 97}.5\n" for row in range(n)),
            "y",
        )
        for n in (100, 1000, 6000)
    )
    for text, units, bound in ((few, 16, "0.01"), (some, 64, "0.001"), (many, 64, None)):
        l2 = f", kernel_regularizer: {{L2: {bound}}}" if bound else ""
        assert f"  - Dense: {{units: {units}, activation: relu{l2}}}\n" in text
        wide = f"{{units: 1{l2}}}" if bound else "1"
        assert f"  - Dense: {wide}\n    name: wide\n    inputs: input\n" in text
        assert text.count("  - Add:\n    inputs: [deep, wide]\ntraining:") == 1


def test_a_series_is_seen_through_windows(draft: Draft) -> None:
    text = draft(FLATS, "price", 6)
    assert "  window: {length: 6, horizon: 1}\n" in text
    assert "  inputs: {past: [area, price], own: [price]}\n" in text
    assert "  - LSTM: 16\n" in text


@pytest.mark.parametrize(
    ("table", "target", "code"),
    [
        (FLATS, "prize", "D103"),
        (FLATS.removeprefix("id"), "", "D103"),
        ("x,y\n1,2.5\n1,3\n1,5\n", "y", "D113"),
        ("x,y\n1,a\n2,a\n4,a\n", "y", "D107"),
        ("x,y\n" + "".join(f"{row * row},name{row}\n" for row in range(60)), "y", "D115"),
    ],
)
def test_a_table_with_nothing_to_learn_is_refused(
    draft: Draft, table: str, target: str, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        draft(table, target)
    assert [one.code for one in refused.value.diagnostics] == [code]


@pytest.mark.parametrize(("target", "window"), [("price", None), ("town", None), ("price", 6)])
def test_a_drafted_spec_has_no_finding_and_is_in_the_preferred_style(
    draft: Draft, read: Callable[..., Checked], target: str, window: int | None
) -> None:
    text = draft(FLATS, target, window)
    assert read(text).diagnostics == ()
    assert restyle(parse_document(text)) == text


@pytest.mark.parametrize("name", template_names())
def test_a_template_has_no_finding(read: Callable[..., Checked], name: str) -> None:
    assert read(read_template(name)).diagnostics == ()


def test_names_of_any_kind_stay_values(draft: Draft) -> None:
    names = ["a: b", "#c", "{d}", "no", "e\tf"]
    rows = "".join(
        f"{row},{row * 7 % 5},{row % 7},{row * row % 11},{row % 3}\n" for row in range(60)
    )
    header = ",".join(json.dumps(name).replace("\\t", "\t") for name in names)
    text = draft(f"{header}\n{rows}", "no")
    document = plain(parse_document(text).root)
    assert isinstance(document, dict)
    assert isinstance(document["data"], dict)
    assert document["data"]["target"] == "no"


def test_init_writes_a_new_file_and_never_over_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data.csv").write_text(FLATS, encoding="utf-8")
    command = ["init", "--from", "data.csv", "--target", "price", "-o", "flats.yaml"]
    for expected in (0, 2):
        with pytest.raises(SystemExit) as stopped:
            main(command)
        assert stopped.value.code == expected
    assert "flats.yaml cannot be written: File exists" in capsys.readouterr().err
    assert "source: data.csv" in (tmp_path / "flats.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give --from TABLE --target COLUMN, or --template NAME"),
        (["--from", "x.csv"], "--target COLUMN"),
        (["--template", "cn"], "did you mean cnn?"),
        (["--template", "cnn", "--target", "y"], "--target and --window go with --from"),
    ],
)
def test_init_says_what_it_needs(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["init", *arguments])
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("name", ["price", "town", "window", *template_names()])
def test_a_first_spec_trains_as_it_is(draft: Draft, tmp_path: Path, name: str) -> None:
    if name in template_names():
        text = read_template(name)
    else:
        text = draft(FLATS, "price" if name == "window" else name, 6 if name == "window" else None)
    spec = tmp_path / "spec.yaml"
    spec.write_text(text, encoding="utf-8")
    run = nnspec.train(spec, runs=tmp_path / "runs", overrides=["training.epochs=2"])
    assert (run.folder / "report.json").is_file()


def test_rows_in_the_order_of_dates_are_tested_on_the_latest(draft: Draft) -> None:
    days = [f"2024-0{1 + row // 28}-{1 + row % 28:02d}" for row in range(80)]
    rows = [f"{day},{row % 7},{row % 11}.5" for row, day in enumerate(days)]
    text = draft(lines("Order Date,x,y", *rows), "y")
    assert "  features: [Order Date, x]\n" in text
    assert "  split: {validation: 0.15, test: 0.15, by: Order Date}\n" in text
    mixed = lines("Order Date,x,y", *rows[40:], *rows[:40])
    assert "seed: 0}\n" in draft(mixed, "y")
    kinds = [f"{day},{row % 7},{'ab'[row % 2]}" for row, day in enumerate(days)]
    assert "seed: 0}\n" in draft(lines("Order Date,x,y", *kinds), "y")


def test_a_table_beside_the_spec_s_folder_is_named_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("data", "specs"):
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "flats.csv").write_text(FLATS)
    with pytest.raises(SystemExit, match="0"):
        main(["init", "--from", "data/flats.csv", "--target", "price", "-o", "specs/a.yaml"])
    assert "nnspec train specs/a.yaml --allow-outside trains it" in capsys.readouterr().err
    assert '  source: "../data/flats.csv"\n' in (tmp_path / "specs" / "a.yaml").read_text()
    named = str(tmp_path / "data" / "flats.csv")
    with pytest.raises(SystemExit, match="0"):
        main(["init", "--from", named, "--target", "price", "-o", "specs/b.yaml"])
    assert f'  source: "{named}"\n' in (tmp_path / "specs" / "b.yaml").read_text()


def test_a_column_that_stands_for_the_target_is_left_out(draft: Draft) -> None:
    rows = [f"{k % 7},{'yes' if k % 3 else 'no'},{k % 3 > 0:d},{k % 5}" for k in range(60)]
    text = draft(lines("Age,alive,Survived,Class", *rows), "Survived")
    assert "  # left out: alive (it stands one to one for the target)\n" in text
    assert "  features: [Age, Class]\n" in text


def test_free_texts_count_their_words_and_names_are_left_out(draft: Draft) -> None:
    words = ("good", "bad", "the room", "was", "very", "quiet", "not")
    texts = [" ".join(words[(k * j) % 7] for j in range(1, 6)) + f" {k}" for k in range(60)]
    rows = [f"{text},guest{k},{k % 2}" for k, text in enumerate(texts)]
    text = draft(lines("Review,Name,liked", *rows), "liked")
    assert "Review: {text: {output_mode: multi_hot, max_tokens: 1000}}" in text
    assert "  # left out: Name (60 different texts)\n" in text
    series = draft(lines("Review,y", *(f"{one},{k}" for k, one in enumerate(texts))), "y", 3)
    assert "  # left out: Review (not a number)\n" in series


def test_words_for_missing_cells_and_names_among_numbers_are_told_apart(draft: Draft) -> None:
    rows = [
        f"{k % 9}.5,{'Nil' if k % 20 == 3 else k % 11},{'rotary' if k == 9 else k % 4},{k % 7}.5"
        for k in range(60)
    ]
    text = draft(lines("a,isig,Cylinders,y", *rows), "y")
    assert "  null_values: [NA, N/A, NaN, nan, 'null', 'NULL', Nil]\n" in text.replace('"', "'")
    assert "  missing: median\n" in text
    assert "  columns: {Cylinders: category}\n" in text
    rows = [f"{k % 9},{'1,234' if k == 7 else k}" for k in range(60)]
    table = lines("a;y", *(row.replace(",", ";", 1) for row in rows))
    with pytest.raises(Refused, match=r"\[D106\]"):
        draft(table, "y")


def test_columns_that_cannot_be_features_are_left_out(draft: Draft) -> None:
    rows = [f"n{k},{k % 5},{int(k == 8)},{k % 7},{int(k < 3)}" for k in range(50)]
    text = draft(lines(',"x",flag,y,some', *rows, *rows[9:11]), "y")
    assert "  # left out: a column without name (nothing to call it by)\n" in text
    assert "  # left out: flag (the same in all but 1 of 52 rows)\n" in text
    assert "  features: [x, some]\n" in text


def test_a_column_of_hardly_any_cells_is_left_out(draft: Draft) -> None:
    """As many as tell something are kept, and filled."""

    def table(first: int) -> str:
        rows = [f"{k % 7},{k % 5 if k >= first else ''},{k % 9}.5" for k in range(60)]
        return lines("x,Green [%],y", *rows)

    text = draft(table(56), "y")
    assert "  # left out: Green [%] (missing in all but 4 of 60 rows)\n" in text
    assert "left out" not in draft(table(55), "y")


def test_a_column_that_begins_late_is_left_out_of_rows_in_order(draft: Draft) -> None:
    """It has no cell among the earliest rows, which are trained on; of mixed rows it has some."""

    def table(first: int, order: int) -> str:
        cells = [f"2024-0{1 + k // 28}-{1 + k % 28:02d},{k % 7}," for k in range(80)]
        rows = [f"{one}{k % 5 if k >= first else ''},{k % 11}.5" for k, one in enumerate(cells)]
        return lines("Day,x,late,y", *rows[::order])

    text = draft(table(56, 1), "y")
    said = "  # left out: late (missing in the first 70% of the rows, which are trained on)\n"
    assert said in text
    assert "  features: [Day, x]\n" in text
    for kept in (draft(table(55, 1), "y"), draft(table(56, -1), "y")):
        assert "left out" not in kept


@pytest.mark.parametrize("quote", ["", '"'])
def test_the_numbers_of_rows_need_no_name(quote: str, draft: Draft) -> None:
    rows = [f"{quote}{k + 1}{quote},{k % 5},{k % 7}" for k in range(50)]
    text = draft(lines(f"{quote}{quote},x,y", *rows), "y")
    assert "  # left out: a column without name (nothing to call it by)\n" in text
    assert "  features: [x]\n" in text


def test_rows_without_a_target_are_left_out_and_others_filled(draft: Draft) -> None:
    rows = [
        f"{'' if k % 4 == 1 else k % 9},{'p' if k % 10 == 2 else 'q'},{'' if k % 10 == 2 else k}"
        for k in range(60)
    ]
    text = draft(lines("x,same,y", *rows), "y")
    assert "  missing: median\n  target_missing: drop\n" in text
    assert "  # left out: same (the same in every row)\n" in text
    gap = [f"{'' if k == 7 else k % 9},{'' if k == 7 else k}" for k in range(60)]
    assert "  missing: median\n  target_missing: drop\n" in draft(lines("x,y", *gap), "y")


@pytest.mark.parametrize(
    ("cell", "code"), [(lambda k: f"2024-{k % 12 + 1:02d}-{k % 28 + 1:02d}", "D115"), (str, "D113")]
)
def test_a_target_without_classes_or_features_is_refused(
    draft: Draft, cell: Callable[[int], str], code: str
) -> None:
    rows = [f"{k if code == 'D113' else k % 7},{cell(k * 5 % 89)}" for k in range(80)]
    with pytest.raises(Refused) as caught:
        draft(lines("x,y", *rows), "y")
    (found,) = caught.value.diagnostics
    assert found.code == code
    if code == "D113":
        assert found.hint == "if its rows are steps of a series, say so: --window 12"


def test_a_target_without_any_cell_is_refused(draft: Draft) -> None:
    with pytest.raises(Refused, match=r'"y" is missing in every row.*\[D115\]'):
        draft("x,y\n" + "".join(f"{k},\n" for k in range(40)), "y")


def test_copies_are_counted_over_a_table_that_is_sorted(draft: Draft) -> None:
    rows = [
        f"{k // 10}.5,{k % 3}.5,{k // 3 % 3}.5,{k * 7 // 5 % 3}.5,{'pqr'[k * 11 // 7 % 3]}"
        for k in range(400)
    ]
    text = draft(lines("a,b,c,d,y", *rows[:4], *rows), "y")
    assert "duplicates: together" in text


def test_copies_of_rows_are_kept_together(draft: Draft) -> None:
    rows = [f"{k * 0.37:.2f},{k % 11 * 1.7:.2f},{k % 13}.5" for k in range(60)]
    plain = draft(lines("a,b,y", *rows), "y")
    assert "  split: {validation: 0.15, test: 0.15, seed: 0}\n" in plain
    copied = draft(lines("a,b,y", *rows, *rows[:9]), "y")
    assert "  split: {validation: 0.15, test: 0.15, seed: 0, duplicates: together}\n" in copied
