"""What an editor asks while a spec is being written, or of what is no spec at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import URI, Editor, start

FOREIGN = sorted((Path(__file__).parents[1] / "foreign" / "documents").iterdir())
MODEL = """\
nnspec: 1
name: my-run
blocks:
  twice:
    layers:
      - Dense: 3
        name: inside
      - Dense: 3
        name: last
model:
  - Input: [8]
  - Dense: 4
    name: given
  - Dense: 4
  - Dense: 4
    repeat: 2
  - twice:
  - Concatenate:
"""


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    for client in start():
        client.open("nnspec: 1\n")
        yield client


@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.name)
def test_a_foreign_document_is_neither_judged_nor_formatted(editor: Editor, path: Path) -> None:
    uri = path.as_uri()
    assert editor.open(path.read_bytes().decode(), uri) == []
    assert not editor.format(uri)
    assert editor.at("hover", 1, 2, uri) is None
    assert editor.at("completion", 1, 2, uri)["items"] == []
    editor.close(uri)


def test_a_spec_that_forgot_its_version_is_told(editor: Editor) -> None:
    (found,) = editor.change("model:\n  - Input: [4]\n  - Dense: 1\n", 2)
    assert (found["code"], found["range"]["start"]["line"]) == ("S102", 0)


def test_a_byte_order_mark_hides_nothing(editor: Editor) -> None:
    (found,) = editor.change("\ufeffnnspec: 1\nmodel:\n  - Input: [4]\n  - Desne: 1\n", 2)
    assert (found["code"], found["range"]["start"]["line"]) == ("S106", 3)


@pytest.mark.parametrize("line", [2, 3, 9])
def test_behind_the_last_line_there_is_nothing_to_say(editor: Editor, line: int) -> None:
    editor.change("nnspec: 1\nmodel:\n", 2)
    assert editor.at("hover", line, 0) is None
    assert editor.at("definition", line, 0) is None


def test_of_a_file_that_is_neither_open_nor_there_nothing_is_known(editor: Editor) -> None:
    uri = "file:///nowhere/at/all.yaml"
    assert editor.at("hover", 0, 0, uri) is None
    assert editor.at("definition", 3, 1, uri) is None
    assert not editor.format(uri)
    assert editor.at("completion", 0, 0, uri)["items"]


def test_a_file_that_is_not_open_is_read(editor: Editor, tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("nnspec: 1\nmodel:\n  - Dense: 1\n", encoding="utf-8")
    assert editor.at("hover", 2, 5, path.as_uri())["contents"]["value"].startswith("## Dense")


@pytest.mark.parametrize(
    "inputs", ["    inputs: |", "    inputs: [given, |", "    inputs:\n      - |"]
)
def test_all_layers_of_the_network_are_offered_as_inputs(editor: Editor, inputs: str) -> None:
    offered = editor.labels(MODEL + inputs)
    assert {"given", "dense", "dense_1", "dense_2", "twice"} <= offered
    assert offered.isdisjoint({"my-run", "inside", "last"})


def test_in_a_block_its_own_layers_are_offered(editor: Editor) -> None:
    text = MODEL.replace("        name: last\n", "        name: last\n        inputs: [|\n")
    offered = editor.labels(text)
    assert {"inside", "last", "input"} <= offered
    assert "given" not in offered


@pytest.mark.parametrize(
    ("text", "gone", "first"),
    [
        ("  - Conv2D: {kernel_size: 3, |", "kernel_size", "filters"),
        ("  - Conv2D: {|, kernel_size: 3}", "kernel_size", "filters"),
        ("  - Conv2D:\n      padding: same\n      |", "padding", "kernel_size"),
        ("  - Conv2D:\n      |\n      filters: 3\n  - Dense: 3", "filters", "kernel_size"),
        ("  - Dense: 3\n    name: a\n    |", "name", None),
        ("training:\n  loss: mse\n  |", "loss", "optimizer"),
        ('training: {"loss": "mse", |', "loss", "optimizer"),
    ],
)
def test_what_is_written_is_not_offered_again_and_what_is_due_comes_first(
    editor: Editor, text: str, gone: str, first: str | None
) -> None:
    head = "" if text.startswith("training") else "model:\n"
    labels = [one["label"] for one in editor.items(f"nnspec: 1\n{head}{text}")]
    assert gone not in labels
    assert first is None or labels[0] == first


def test_an_entry_of_another_layer_hides_nothing(editor: Editor) -> None:
    text = "nnspec: 1\nmodel:\n  - Dense: {units: 3, activation: relu}\n  - Dense: {|"
    assert {"units", "activation"} <= editor.labels(text)
    text = "nnspec: 1\nmodel:\n  - Dense: 3\n    name: a\n  - Dense: 3\n    |"
    assert {"name", "inputs"} <= editor.labels(text)


def test_an_unclosed_mapping_is_reported_where_it_begins(editor: Editor) -> None:
    text = "nnspec: 1\nmodel:\n  - Input: [4]\n  - Dense: {units: 3\n  - Dense: 1\n"
    (found,) = editor.change(text, 3)
    assert found["range"]["start"] == {"line": 3, "character": 11}


def test_while_somebody_types_only_the_newest_text_is_checked(editor: Editor) -> None:
    layers = "".join(
        f"  - Dense: {{units: 4, activation: relu, name: d{n}}}\n" for n in range(3000)
    )
    text = f"nnspec: 1\nmodel:\n  - Input: [4]\n{layers}"
    editor.change(text, 2)
    for version in range(3, 23):
        document = {"uri": URI, "version": version}
        change = {"text": f"{text}  - Desne: {version}\n"}
        editor.note(
            "textDocument/didChange", {"textDocument": document, "contentChanges": [change]}
        )
    assert "Dense" in {one["label"] for one in editor.at("completion", 2, 5)["items"]}
    versions: list[int] = []
    while versions[-1:] != [22]:
        message = editor.noted.pop(0) if editor.noted else editor.read()
        versions.append(message["params"]["version"])
    assert len(versions) < 5
