"""Checkpoints: the best and the last weights, whole on the disk, never NaN."""

import resource
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nnspec.diagnostics import Refused, RunFailed
from nnspec.run.checkpoint import Checkpoints, load_weights, save_weights
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.layout import checkpoint_of
from nnspec.run.manifest import Manifest, SpecOrigin

pytestmark = [
    pytest.mark.keras,
    # Keras 3.15 reads variables in a way that NumPy 2 deprecates.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    spec = SpecOrigin("demo.yaml", "/specs", "ab")
    return RunFolder.create(
        Claim.numbered(tmp_path, "demo"), Manifest("demo", spec, seed=0, started="now")
    )


def network(units: int = 4, name: str = "hidden") -> Any:
    return keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(units, name=name),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, name="out"),
        ]
    )


def filled(model: Any, value: float) -> Any:
    model.set_weights([np.full_like(one, value) for one in model.get_weights()])
    return model


def value_of(model: Any) -> float:
    found = {float(one) for weights in model.get_weights() for one in weights.reshape(-1)}
    assert len(found) == 1
    return found.pop()


def test_weights_come_back_bit_for_bit_and_keras_reads_the_file(folder: RunFolder) -> None:
    model = network()
    assert save_weights(model, folder, "best")
    ours, kerases = network(), network()
    load_weights(ours, RunFolder.open(folder.path), "best")
    kerases.load_weights(folder.path / checkpoint_of("best"))
    for expected, first, second in zip(
        model.get_weights(), ours.get_weights(), kerases.get_weights(), strict=True
    ):
        assert np.array_equal(expected, first)
        assert np.array_equal(expected, second)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_weights_that_are_no_numbers_are_never_written(folder: RunFolder, bad: float) -> None:
    model = filled(network(), 1.0)
    save_weights(model, folder, "last")
    assert not save_weights(filled(model, bad), folder, "last")
    load_weights(model, folder, "last")
    assert value_of(model) == 1.0


def test_a_flipped_bit_is_found_and_the_other_checkpoint_is_named(folder: RunFolder) -> None:
    model = filled(network(), 1.0)
    save_weights(model, folder, "best")
    save_weights(model, folder, "last")
    path = folder.path / checkpoint_of("best")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    with pytest.raises(Refused, match="checksum mismatch") as caught:
        load_weights(filled(model, 2.0), folder, "best")
    assert caught.value.diagnostics[0].hint == "checkpoints/last.weights.h5 is whole"
    assert value_of(model) == 2.0


def test_a_file_cut_in_half_is_found(folder: RunFolder) -> None:
    model = network()
    save_weights(model, folder, "best")
    path = folder.path / checkpoint_of("best")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(Refused, match="checksum mismatch"):
        load_weights(model, folder, "best")


def test_weights_of_another_network_are_refused_with_the_layers_that_differ(
    folder: RunFolder,
) -> None:
    save_weights(network(4), folder, "best")
    with pytest.raises(Refused, match="A105") as caught:
        load_weights(network(5), folder, "best")
    message = caught.value.diagnostics[0].message
    assert 'layer "hidden" has weights (3, 5), (5,), the run\'s (3, 4), (4,)' in message
    with pytest.raises(Refused, match='layer "other" is not in the run'):
        load_weights(network(4, "other"), folder, "best")


def test_a_limit_on_the_size_of_files_keeps_the_previous_checkpoint(folder: RunFolder) -> None:
    model = filled(network(100), 1.0)
    save_weights(model, folder, "last")
    size = (folder.path / checkpoint_of("last")).stat().st_size
    held = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1000, held[1]))
    try:
        with pytest.raises(RunFailed, match=r"larger than a file may be.*A125") as caught:
            save_weights(filled(model, 2.0), folder, "last")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, held)
    assert f"{size:,} bytes needed" in caught.value.diagnostics[0].message
    load_weights(model, RunFolder.open(folder.path), "last")
    assert value_of(model) == 1.0
    assert sorted(one.name for one in (folder.path / "checkpoints").iterdir()) == [
        "last.weights.h5"
    ]


def test_the_best_weights_are_those_of_the_least_validation_loss(folder: RunFolder) -> None:
    model = network()
    checkpoints = Checkpoints(folder)
    checkpoints.set_model(model)
    for epoch, loss in enumerate([3.0, 1.0, 2.0, float("nan")]):
        filled(model, float(epoch))
        checkpoints.on_epoch_end(epoch, {"loss": 9.0 - epoch, "val_loss": loss})
    checkpoints.finish()
    assert checkpoints.best == 1.0
    assert value_of(model) == 3.0
    load_weights(model, folder, "best")
    assert value_of(model) == 1.0
    load_weights(model, folder, "last")
    assert value_of(model) == 3.0


def test_without_validation_the_training_loss_decides(folder: RunFolder) -> None:
    model = network()
    checkpoints = Checkpoints(folder)
    checkpoints.set_model(model)
    for epoch, loss in enumerate([3.0, 1.0, 2.0]):
        filled(model, float(epoch))
        checkpoints.on_epoch_end(epoch, {"loss": loss})
    assert checkpoints.keep() == "checkpoints/best.weights.h5"
    load_weights(model, folder, "best")
    assert value_of(model) == 1.0


def test_an_epoch_whose_loss_is_no_number_leaves_the_checkpoints_alone(folder: RunFolder) -> None:
    model = network()
    checkpoints = Checkpoints(folder, interval=0.0)
    checkpoints.set_model(model)
    checkpoints.on_epoch_end(0, {"loss": 1.0})
    before = folder.manifest.artefacts
    filled(model, 7.0)
    checkpoints.on_epoch_end(1, {"loss": float("nan")})
    assert folder.manifest.artefacts == before
    assert checkpoints.keep() == "checkpoints/best.weights.h5"


def test_quick_epochs_are_not_slowed_by_writing_each(folder: RunFolder) -> None:
    now = [0.0]
    model = network()
    checkpoints = Checkpoints(folder, interval=10.0, clock=lambda: now[0])
    checkpoints.set_model(model)
    written = []
    for epoch in range(4):
        now[0] = epoch * 6.0
        filled(model, float(epoch))
        checkpoints.on_epoch_end(epoch, {"loss": 5.0 - epoch})
        load_weights(other := network(), folder, "best")
        written.append(value_of(other))
    assert written == [0.0, 0.0, 2.0, 2.0]


def test_nothing_is_kept_before_a_finite_loss(folder: RunFolder) -> None:
    checkpoints = Checkpoints(folder)
    checkpoints.set_model(network())
    checkpoints.on_epoch_end(0, {"loss": float("inf")})
    assert checkpoints.keep() is None
    assert checkpoints.best is None
