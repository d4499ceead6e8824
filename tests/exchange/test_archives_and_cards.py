"""`export --format weights`, `keras` and `card`: what Keras alone reads, and what people read."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nnspec import train
from nnspec.diagnostics import Refused
from nnspec.exchange.write.archive import encode_archive, kind_of
from nnspec.pipeline.exchanged import export_card
from nnspec.pipeline.finished import open_run
from nnspec.pipeline.forms import WEIGHTS

pytestmark = pytest.mark.keras

SPEC = """\
nnspec: 1
name: small_run
data:
  source: table.csv
  target: "y_[1]"
  split: {validation: 0.2, test: 0.2}
model:
  layers:
    - Dense: 4
      name: hidden
    - BatchNormalization
    - Activation: relu
    - Dense: 1
training: {optimizer: Adam, loss: mse, epochs: 2}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archives")
    lines = ["a|b,<kind>,y_[1]"]
    lines += [f"{row % 11 / 2},{'xyz'[row % 3]},{row * row % 23}" for row in range(80)]
    (folder / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "spec.yaml").write_text(SPEC, encoding="utf-8")
    return train(folder / "spec.yaml", runs=folder / "runs", name="run").folder


def test_safetensors_hold_each_weight_by_layer_and_variable(run: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    core = open_run(run).program.core
    arrays: dict[str, Any] = safetensors.load(encode_archive(core, "safetensors"))
    assert "hidden/kernel" in arrays
    assert "batch_normalization/moving_mean" in arrays
    assert arrays.keys() == {one.path for one in core.weights}
    for one in core.weights:
        np.testing.assert_array_equal(arrays[one.path], one.numpy())


def test_an_archive_is_the_network_with_its_weights(run: Path, tmp_path: Path) -> None:
    core = open_run(run).program.core
    (tmp_path / "model.keras").write_bytes(encode_archive(core, "keras"))
    loaded = keras.models.load_model(tmp_path / "model.keras")
    rows = np.linspace(-2, 2, 20 * 4, dtype="float32").reshape(20, 4)
    np.testing.assert_array_equal(core(rows), loaded(rows))
    assert not getattr(loaded, "compiled", False)


def test_an_ending_that_says_nothing_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refused) as refused:
        kind_of(Path("weights.bin"), WEIGHTS)
    assert ".weights.h5 or .safetensors" in refused.value.diagnostics[0].message


def test_a_card_says_what_how_well_and_where_it_ends(run: Path, tmp_path: Path) -> None:
    export_card(run, tmp_path / "card.md")
    text = (tmp_path / "card.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings[1:] == ["## Data", "## Figures", "## Limits", "## Use", "## Training"]
    assert "16 test rows: another draw" in text
    assert "best baseline" in text
    assert r"| a\|b | numeric |" in text
    assert "| &lt;kind> | category | x, y, z |" in text
    assert text.count("```") == 4
