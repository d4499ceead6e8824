"""The preferred style: what is rewritten, what is kept, and that nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnspec.commands import main
from nnspec.document import parse_document, plain, read_document
from nnspec.draft.templates import read_template, template_names
from nnspec.pipeline.check import Checked
from nnspec.pipeline.styled import hash_document
from nnspec.style import restyle
from nnspec.style.comments import find_notes

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "specs").rglob("*.yaml"))
REFUSED_OR_NOT = sorted((ROOT / "nnspec" / "reference" / "examples").glob("[GMPT]*.yaml"))

UGLY = """\
# Who wrote this.

# About the training.
training:   # short
    optimizer:
        Adam:
            learning_rate: 1e-3   # small
    loss: "mse"
    metrics:
    - 'rmse'
    - mae
    # Nothing follows.


model:    # the net
# The first layer.
- {Dense: 64, name: first}   # wide
-   Dense:
        units: 32
        activation: relu
- class_name: Dense
  config:
    units:   3
- Dense:
    units: 4
    # Why relu.
    activation: relu
- Reshape: [
    2, # two
    2]
data: {source: "sklearn:diabetes", "target": target}
nnspec: 1
# The end.
"""
STYLED = """\
# Who wrote this.

# About the training.
nnspec: 1
data: {source: sklearn:diabetes, target: target}

model:  # the net
  # The first layer.
  - Dense: 64  # wide
    name: first
  - Dense: {units: 32, activation: relu}
  - class_name: Dense
    config:
      units:   3
  - Dense:
      units: 4
      # Why relu.
      activation: relu
  - Reshape: [
      2, # two
      2]
training:  # short
  optimizer:
    Adam:
      learning_rate: 1e-3  # small
  loss: mse
  metrics: [rmse, mae]
  # Nothing follows.
# The end.
"""


def styled(text: str) -> str:
    return restyle(parse_document(text, "spec.yaml"))


def comments(text: str) -> list[str]:
    return sorted(one.text for one in find_notes(text).comments if one.text)


def test_a_spec_is_put_in_order_and_keeps_its_comments_where_they_belong() -> None:
    assert styled(UGLY) == STYLED


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_spec_is_in_the_preferred_style(path: Path) -> None:
    document = read_document(path)
    assert restyle(document) == document.text


@pytest.mark.parametrize("name", template_names())
def test_a_template_is_in_the_preferred_style(name: str) -> None:
    assert styled(read_template(name)) == read_template(name)


@pytest.mark.parametrize("path", REFUSED_OR_NOT, ids=lambda path: path.stem)
def test_a_second_time_changes_nothing_and_values_stay(path: Path) -> None:
    document = read_document(path)
    text = restyle(document)
    assert styled(text) == text
    assert plain(parse_document(text).root) == plain(document.root)


def test_the_meaning_of_a_spec_stays(read: Callable[..., Checked]) -> None:
    ugly = UGLY.replace("  - class_name", "  - class_name")
    assert not read(ugly.partition("- Reshape")[0] + "- Dense: 1\nnnspec: 1\n").diagnostics[1:]
    before, after = parse_document(ugly), parse_document(styled(ugly))
    assert hash_document(before, Path()) == hash_document(after, Path())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ('"relu"', "relu"),
        ('"no"', '"no"'),
        ('"1e-3"', '"1e-3"'),
        ('"a: b"', '"a: b"'),
        ("'x, y'", "'x, y'"),
        ('"x:y"', "x:y"),
        ('"x y: z"', '"x y: z"'),
        ('"x:"', '"x:"'),
        ("0x10", "0x10"),
        ("1.50", "1.50"),
        ('"$width"', "$width"),
    ],
)
def test_quotes_stay_only_where_they_are_needed(written: str, kept: str) -> None:
    assert styled(f"nnspec: 1\nname: {written}\n") == f"nnspec: 1\nname: {kept}\n"


def test_a_list_that_fits_no_line_is_wrapped_at_the_width() -> None:
    names = ", ".join(f"measurement_{index}" for index in range(20))
    text = styled(f"nnspec: 1\ndata:\n  features: [{names}]\n")
    assert max(len(line) for line in text.splitlines()) <= 100
    assert styled(text) == text


def test_texts_of_several_lines_keep_their_form() -> None:
    again = styled("model: [{Dense: 1}]\nname: |\n  two\n  lines\nnnspec: 1\n")
    assert again == "nnspec: 1\nname: |\n  two\n  lines\nmodel:\n  - Dense: 1\n"


def test_a_document_with_anchors_is_left_as_it_is() -> None:
    text = "model: [&a {Dense: 1}, *a]\nnnspec: 1\n"
    assert styled(text) == text


def test_the_layers_of_a_model_within_a_model_stand_on_lines_of_their_own() -> None:
    text = "nnspec: 1\nmodel:\n  - Model:\n      layers:\n        - Dense: 1\n    name: encoder\n"
    assert styled(text) == text
    assert (
        styled(text.replace("\n      layers:\n        - Dense: 1", " {layers: [Dense: 1]}")) == text
    )


def test_json_is_left_as_it_is() -> None:
    text = '{"model": [{"Dense": 1}], "nnspec": 1}'
    assert restyle(parse_document(text, "spec.json")) == text


NOTES = st.text("abc #'\"{}[]:,-", max_size=8)
LINES = UGLY.splitlines()


@given(st.dictionaries(st.integers(0, len(LINES) - 1), st.tuples(NOTES, st.booleans())))
def test_every_comment_is_kept_wherever_it_stands(notes: dict[int, tuple[str, bool]]) -> None:
    lines: list[str] = []
    for number, line in enumerate(LINES):
        note, alone = notes.get(number, ("", False))
        indent = " " * (len(line) - len(line.lstrip()))
        lines += [f"{indent}# {note}", line] if note and alone else []
        lines += [f"{line}  # {note}"] if note and not alone else []
        lines += [] if note else [line]
    text = "\n".join(lines) + "\n"
    again = styled(text)
    assert comments(again) == comments(text)
    assert plain(parse_document(again).root) == plain(parse_document(text).root)
    assert styled(again) == again


SCALARS = st.one_of(
    st.integers(-1000, 1000),
    st.booleans(),
    st.none(),
    st.text("ab: ,#[]{}'\"$-?&*!|>%@`", max_size=6),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["data", "model", "training", "variables", "x"]), VALUES))
def test_any_document_keeps_its_values_and_comes_to_rest(top: dict[str, object]) -> None:
    import json  # noqa: PLC0415 - JSON is YAML in one of its styles

    if not top:
        return
    text = styled(json.dumps(top, indent=2))
    assert plain(parse_document(text).root) == top
    assert styled(text) == text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ugly.yaml").write_text(UGLY, encoding="utf-8")
    (tmp_path / "fine.yaml").write_text(STYLED, encoding="utf-8")
    return tmp_path


def call(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_fmt_rewrites_what_needs_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call("fmt", "*.yaml") == 0
    assert (folder / "ugly.yaml").read_text(encoding="utf-8") == STYLED
    assert capsys.readouterr() == ("", "ugly.yaml: rewritten\n")
    assert call("fmt", "--check", "*.yaml") == 0


def test_fmt_check_names_what_would_change_and_diff_shows_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("fmt", "--check", "ugly.yaml", "fine.yaml") == 1
    assert capsys.readouterr().err == "ugly.yaml: not in the preferred style\n"
    assert call("fmt", "--diff", "ugly.yaml") == 1
    assert "+  - Dense: {units: 32, activation: relu}" in capsys.readouterr().out
    assert (folder / "ugly.yaml").read_text(encoding="utf-8") == UGLY


def test_fmt_keeps_the_line_ends_of_a_file(folder: Path) -> None:
    (folder / "wide.yaml").write_bytes(UGLY.replace("\n", "\r\n").encode())
    assert call("fmt", "wide.yaml") == 0
    assert (folder / "wide.yaml").read_bytes() == STYLED.replace("\n", "\r\n").encode()
