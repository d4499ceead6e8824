"""The language server, as an editor talks to it: JSON-RPC frames over standard input and output."""

from collections.abc import Iterator

import pytest
from editor import URI, Editor, start

SPEC = """\
nnspec: 1
blocks:
  double:
    parameters: [filters]
    layers:
      - Dense: $filters
        name: inner
model:
  - Input: [8]
    name: first
  - double: 4
  - Dense: {units: 2, activation: relu}
    inputs: first
  - Concatenate:
    inputs: [first, dense]
training: {optimizer: Adam, loss: mse}
"""


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    for client in start():
        client.noted = [{"method": "textDocument/publishDiagnostics", "params": opened(client)}]
        yield client


def opened(client: Editor) -> dict[str, object]:
    return {"diagnostics": client.open(SPEC)}


def test_a_spec_is_checked_when_it_is_opened_and_whenever_it_changes(editor: Editor) -> None:
    assert [one["code"] for one in editor.findings()] == ["G104"]
    assert editor.change(SPEC.replace("  - double: 4\n", "").partition("blocks:")[0], 2)
    (found,) = editor.change("nnspec: 1\nmodel:\n  - Input: [8]\n  - Desne: 4 # é😀\n", 3)
    assert found["code"] == "S106"
    assert found["severity"] == 1
    assert found["range"]["start"] == {"line": 3, "character": 4}
    assert found["range"]["end"] == {"line": 3, "character": 9}
    assert "did you mean Dense?" in found["message"]


def test_places_are_counted_in_the_units_of_the_editor(editor: Editor) -> None:
    text = 'nnspec: 1\nmodel: [{Input: [8]}, {Dense: {units: 1, name: "😀"}}, Desne]\n'
    found = editor.change(text, 4)[-1]
    assert found["range"]["start"]["character"] == len(text.splitlines()[1]) + 1 - len("Desne]")


def test_a_yaml_file_that_is_no_spec_is_left_alone(editor: Editor) -> None:
    assert editor.change("services:\n  - web\n", 5) == []


def test_the_word_under_the_cursor_is_explained(editor: Editor) -> None:
    editor.change(SPEC, 6)
    rows = SPEC.splitlines()

    def said(row: int, word: str) -> str:
        found = editor.at("hover", row, rows[row].index(word) + 1)
        return str(found["contents"]["value"])

    assert said(11, "Dense").startswith("## Dense\n")
    assert said(11, "units").startswith("**units**: a ")
    assert said(11, "relu").startswith("## relu")
    assert "takes instead of the layer before" in said(12, "inputs")
    assert "How the network is trained." in said(15, "training")
    assert said(15, "mse").startswith("## MeanSquaredError")
    assert editor.at("hover", 2, 4) is None


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("model:\n  - De|", {"Dense", "Conv", "LSTM", "name", "inputs"}),
        ("model:\n- |", {"Dense"}),
        ("model:\n  - Model:\n      layers:\n        - De|", {"Dense"}),
        ("model:\n  - Dense: {un|", {"units", "activation"}),
        ("model:\n  - Conv2D:\n      filters: 3\n      pad|", {"padding", "kernel_size"}),
        ("model:\n  - Conv2D:\n      padding: |", {"same", "valid"}),
        ("model:\n  - Dense: 4\n    na|", {"name", "inputs", "repeat"}),
        ("model:\n  - Dense: {units: 3,\n      activation: r|", {"relu", "sigmoid"}),
        ("model:\n  - Bidirectional: {layer: {LSTM: {|", {"units", "return_sequences"}),
        ("model:\n  - Dense: 1\n    name: a\n  - Add:\n    inputs: [|", {"a"}),
        ("blocks:\n  twice:\n    layers:\n      - Dense: 1\nmodel:\n  - tw|", {"twice"}),
        ("data:\n  split: {|", {"validation", "test"}),
        ("data:\n  |", {"source", "target"}),
        ("training:\n  optimizer: {Adam: {|", {"learning_rate"}),
        ("training:\n  callbacks:\n    - |", {"EarlyStopping"}),
        ("training:\n  metrics: [|", {"rmse", "accuracy"}),
        ("training:\n  shuffle: |", {"true", "false"}),
        ("tr|", {"training", "data", "model"}),
        ('model: [{"Dense": {"un|', {"units", "activation"}),
    ],
)
def test_what_may_be_written_is_offered(editor: Editor, text: str, offered: set[str]) -> None:
    assert offered <= editor.labels(f"nnspec: 1\n{text}")


def test_json_is_completed_and_explained(editor: Editor) -> None:
    offered = editor.labels('{"nnspec": 1,\n "model": [{"Input": [8]}, {"De|"}]}')
    assert {"Dense", "name"} <= offered
    assert "units" in editor.labels('{"nnspec": 1,\n "model": [{"Dense": {\n  "un|"\n}}]}')
    assert "relu" in editor.labels('{"model": [{"Dense": {"activation": "re|"}}]}')
    editor.change('{"nnspec": 1, "model": [{"Dense": {"units": 4}}]}', 9)
    assert editor.at("hover", 0, 26)["contents"]["value"].startswith("## Dense\n")
    assert editor.at("hover", 0, 37)["contents"]["value"].startswith("**units**")


def test_a_finding_that_a_comment_hides_is_not_shown(editor: Editor) -> None:
    text = "nnspec: 1\nmodel: [{Input: [8]}, {Dense: 4}, {Dense: 1}]"
    assert [one["code"] for one in editor.change(text, 10)] == ["P106"]
    assert editor.change(f"{text} # nnspec: ignore[P106]", 11) == []


def test_single_changes_add_up(editor: Editor) -> None:
    editor.change("nnspec: 1\nmodel:\n  - Input: [8]\n  - Dens: 4 # 😀\n", 12)
    here = {"line": 3, "character": 8}
    change = {"range": {"start": here, "end": here}, "text": "e"}
    end = {"line": 3, "character": 16}
    behind = {"range": {"start": end, "end": end}, "text": "\n  - Dens"}
    document = {"uri": URI, "version": 13}
    changes = {"textDocument": document, "contentChanges": [change, behind]}
    editor.note("textDocument/didChange", changes)
    found = [(one["code"], one["range"]["start"]["line"]) for one in editor.findings()]
    assert ("S106", 4) in found


def test_nothing_foreign_is_offered(editor: Editor) -> None:
    assert "Dense" not in editor.labels("nnspec: 1\ntraining:\n  optimizer: |")
    assert editor.labels("nnspec: 1\ntraining:\n  shuffle: |") == {"true", "false"}


def test_a_name_leads_to_where_it_is_given(editor: Editor) -> None:
    editor.change(SPEC, 7)
    found = editor.at("definition", 14, SPEC.splitlines()[14].index("first") + 2)
    assert found["range"]["start"] == {"line": 9, "character": 10}
    found = editor.at("definition", 10, 6)
    assert found["range"]["start"] == {"line": 2, "character": 2}
    assert editor.at("definition", 11, 6) is None


def test_a_spec_is_formatted(editor: Editor) -> None:
    editor.change("nnspec: 1\nmodel:\n- {Dense: 4, name: a}\n", 8)
    options = {"textDocument": {"uri": URI}, "options": {"tabSize": 2, "insertSpaces": True}}
    (edit,) = editor.ask("textDocument/formatting", options)
    assert edit["newText"] == "nnspec: 1\nmodel:\n  - Dense: 4\n    name: a\n"
