"""Keras' documents through the real program."""

import json
from pathlib import Path

import keras
import pytest

from nnspec.commands import main

SPEC = "nnspec: 1\nmodel:\n  - Input: [8]\n  - Dense: {units: 4, activation: relu}\n  - Dense: 1\n"


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


@pytest.mark.keras
def test_a_spec_is_exported_as_a_document_that_plain_keras_loads(folder: Path) -> None:
    assert run("export", "spec.yaml", "--format", "keras-json", "-o", "model.json") == 0
    model = keras.models.model_from_json((folder / "model.json").read_text(encoding="utf-8"))
    assert [layer.name for layer in model.layers] == ["input", "dense", "dense_1"]


@pytest.mark.keras
def test_an_exported_document_is_checked_and_summarized_like_a_spec(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert folder.is_dir()
    run("export", "spec.yaml", "--format", "keras-json", "-o", "model.json")
    run("summary", "spec.yaml")
    first = capsys.readouterr().out
    assert run("summary", "model.json") == 0
    assert capsys.readouterr().out == first
    assert run("validate", "model.json") == 0


def test_a_mistake_in_a_models_file_is_quoted_from_that_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    layer = {"class_name": "Lambda", "config": {"name": "trick", "function": "x"}}
    document = {"class_name": "Sequential", "config": {"name": "net", "layers": [layer]}}
    text = json.dumps(document, indent=1)
    (folder / "model.json").write_text(text, encoding="utf-8")
    (folder / "outer.yaml").write_text("nnspec: 1\nmodel: {file: model.json}\n", encoding="utf-8")
    assert run("validate", "outer.yaml") == 1
    shown = capsys.readouterr().out
    assert "model.json:7:" in shown
    assert '"class_name": "Lambda"' in shown
    assert "trick" in shown
