"""Rows on the device and rows in blocks: the same steps either way."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from networks import compiled, difference, mlp, rows_for

from nnspec.data import Arrays
from nnspec.data.window_view import Cut, windows_over
from nnspec.engine import Plan, evaluate, train
from nnspec.engine.tensorflow import source as sources
from nnspec.engine.tensorflow.feed import build_variables, feed
from nnspec.engine.tensorflow.fused import core, source
from nnspec.engine.tensorflow.source import block_of, fits
from nnspec.engine.tensorflow.steps import Block

pytestmark = pytest.mark.keras


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave no room on the device for more than three steps of four rows."""
    row = 7 * 4
    monkeypatch.setattr("nnspec.engine.tensorflow.fused.fits", lambda *_: False)
    monkeypatch.setattr("nnspec.engine.tensorflow.fused.BLOCK_BYTES", 3 * 4 * row)


@pytest.mark.parametrize("rows", [3, 4, 24, 43])
@pytest.mark.usefixtures("small_blocks")
def test_rows_in_blocks_train_the_same_weights(rows: int) -> None:
    plan = Plan(batch_size=4, epochs=3, seed=1, xla="off")
    ours, theirs = (compiled(lambda: mlp(0.3), "sgd") for _ in range(2))
    data = rows_for(ours, rows)
    outcome = train(ours, data, data, plan)
    keras_plan = Plan(batch_size=4, epochs=3, seed=1, engine="keras")
    expected = train(theirs, data, data, keras_plan)
    assert any("blocks of rows" in one for one in outcome.execution.reasons)
    assert difference(theirs, ours) < 1e-5
    for name, values in outcome.history.items():
        np.testing.assert_allclose(values, expected.history[name], rtol=1e-5)


@pytest.mark.usefixtures("small_blocks")
def test_rows_in_blocks_can_be_taken_up_at_any_step() -> None:
    ours, theirs = compiled(lambda: mlp(0.3)), compiled(lambda: mlp(0.3))
    data = rows_for(ours, 43)
    for model, engine in ((ours, "fused"), (theirs, "keras")):
        plan = Plan(batch_size=4, epochs=2, seed=1, xla="off", engine=engine, first_step=5)  # type: ignore[arg-type]
        train(model, data, None, plan)
    assert difference(theirs, ours) < 1e-5


@pytest.mark.slow
@pytest.mark.usefixtures("small_blocks")
def test_a_broken_loss_in_a_later_block_is_reported_at_its_step_of_the_epoch() -> None:
    model = compiled(mlp)
    data = rows_for(model, 43)
    data.targets["y"][42] = np.nan
    with pytest.raises(Exception, match="at step 11 of 11"):
        train(model, data, None, Plan(batch_size=4, shuffle=False))


@pytest.mark.usefixtures("small_blocks")
def test_evaluation_in_blocks_gives_the_figures_of_keras() -> None:
    model = compiled(mlp)
    data = rows_for(model, 43)
    expected = model.evaluate(data.inputs["x"], data.targets["y"], batch_size=4, verbose=0)
    assert evaluate(model, data, 4)["loss"] == pytest.approx(expected, rel=1e-6)


def test_many_rows_on_the_device_train_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = Plan(batch_size=4, epochs=2, seed=1, xla="off")
    ours, theirs = compiled(mlp), compiled(mlp)
    data = rows_for(ours, 43)
    train(theirs, data, data, plan)
    monkeypatch.setattr(sources, "FEW_BYTES", 0)
    train(ours, data, data, plan)
    assert difference(theirs, ours) == 0.0


@pytest.mark.parametrize("stride", [1, 5])
@pytest.mark.parametrize("xla", ["off", pytest.param("required", marks=pytest.mark.slow)])
def test_windows_that_share_steps_train_the_same_weights_as_copies_of_them(
    monkeypatch: pytest.MonkeyPatch, xla: Any, stride: int
) -> None:
    series = np.random.default_rng(0).normal(size=(43 * stride + 12, 3)).astype("float32")
    starts = np.arange(43, dtype=np.int32) * stride
    starts[20:] += 1  # a step is left out
    windows = windows_over(series, Cut(starts, np.arange(12, dtype=np.int32)))
    targets = {"y": series[starts, :1]}
    views, copies = Arrays({"x": windows}, targets), Arrays({"x": windows[:]}, targets)
    plan = Plan(batch_size=4, epochs=2, seed=1, xla=xla)
    ours, theirs = compiled(windows_alone), compiled(windows_alone)
    monkeypatch.setattr(sources, "FEW_BYTES", 0)
    outcome, expected = train(ours, views, views, plan), train(theirs, copies, copies, plan)
    # XLA may compute a mean in another order beside another gather.
    allowed = 0.0 if xla == "off" else 1e-6
    assert difference(theirs, ours) <= allowed
    for name, values in outcome.history.items():
        np.testing.assert_allclose(values, expected.history[name], rtol=allowed)


def test_windows_that_share_steps_lie_on_the_device_as_their_series(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    series = np.random.default_rng(0).normal(size=(1_000, 3)).astype("float32")
    starts = np.arange(989, dtype=np.int32)
    windows = windows_over(series, Cut(starts, np.arange(12, dtype=np.int32)))
    model = compiled(windows_alone)
    rows = feed(model, Arrays({"x": windows}, {"y": series[11:, :1]}))
    build_variables(model, rows)
    monkeypatch.setattr(sources, "FEW_BYTES", 0)
    assert rows.bytes == series.nbytes + starts.nbytes + 989 * 4
    for training in (True, False):
        lain = source(core(model, xla=False), rows, 4, training=training)
        assert isinstance(lain, sources.Resident)
        assert not lain.steps.block.in_order
    monkeypatch.setattr(sources, "FEW_BYTES", rows.bytes_laid_out)
    lain = source(core(model, xla=False), rows, 4, training=True)
    assert lain.steps.block.in_order, "few are laid out, which spares each step a gather"


@pytest.mark.usefixtures("small_blocks")
def test_windows_in_blocks_train_the_same_weights_as_copies_of_them() -> None:
    ours, theirs = compiled(windows_alone), compiled(windows_alone)
    plan = Plan(batch_size=4, epochs=2, seed=1, xla="off")
    views, copies = scattered()
    assert train(ours, views, views, plan).history == train(theirs, copies, copies, plan).history
    assert difference(theirs, ours) == 0.0


@pytest.mark.parametrize("rows", [40, 43])
def test_windows_are_trained_and_validated_by_keras_as_copies_of_them(rows: int) -> None:
    ours, theirs = compiled(windows_alone), compiled(windows_alone)
    plan = Plan(batch_size=4, epochs=2, seed=1, engine="keras")
    views, copies = (one.take(slice(rows)) for one in scattered())
    assert train(ours, views, views, plan).history == train(theirs, copies, copies, plan).history
    assert difference(theirs, ours) == 0.0


def scattered() -> tuple[Arrays, Arrays]:
    """Return windows in no order over a series, and copies of them."""
    draw = np.random.default_rng(0)
    series = draw.normal(size=(90, 3)).astype("float32")
    starts = draw.integers(0, 78, 43).astype(np.int32)
    windows = windows_over(series, Cut(starts, np.arange(12, dtype=np.int32)))
    targets = {"y": series[starts, :1]}
    return Arrays({"x": windows}, targets), Arrays({"x": windows[:]}, targets)


def windows_alone() -> keras.Model:
    x = keras.Input((12, 3), name="x")
    return keras.Model(x, keras.layers.Dense(1, name="y")(keras.layers.Flatten()(x)))


def test_rows_lie_on_the_device_where_memory_allows(tmp_path: Path) -> None:
    rows = feed(compiled(mlp), rows_for(compiled(mlp), 1000))
    assert fits(rows, "CPU", root=tmp_path), "nothing tells of memory"
    memory = tmp_path / "proc/meminfo"
    memory.parent.mkdir()
    memory.write_text("MemTotal: 999999 kB\nMemAvailable: 1000 kB\n")
    assert fits(rows, "CPU", root=tmp_path)
    memory.write_text("MemTotal: 999999 kB\nMemAvailable: 60 kB\n")
    assert not fits(rows, "CPU", root=tmp_path)


@pytest.mark.parametrize(
    ("group", "folder", "files"),
    [
        ("0::/job", "job", ("memory.max", "memory.current", "inactive_file")),
        (
            "4:memory:/job",
            "memory/job",
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ),
    ],
)
def test_rows_lie_on_the_device_where_the_container_leaves_room(
    group: str, folder: str, files: tuple[str, str, str], tmp_path: Path
) -> None:
    rows = feed(compiled(mlp), rows_for(compiled(mlp), 1000))
    inside = tmp_path / "sys/fs/cgroup" / folder
    for made in (tmp_path / "proc", inside):
        made.mkdir(parents=True)
    (tmp_path / "proc/meminfo").write_text("MemAvailable: 999999 kB\n")
    (tmp_path / "proc/self").mkdir()
    (tmp_path / "proc/self/cgroup").write_text(f"{group}\n")
    bound, used, kept = files
    (inside / bound).write_text(f"{10 * rows.bytes}\n")
    (inside / used).write_text(f"{7 * rows.bytes}\n")
    assert fits(rows, "CPU", root=tmp_path)
    (inside / used).write_text(f"{8 * rows.bytes}\n")
    assert not fits(rows, "CPU", root=tmp_path)
    (inside / "memory.stat").write_text(f"anon 1\n{kept} {rows.bytes}\n")
    assert fits(rows, "CPU", root=tmp_path), "files read lately give way"


def test_a_gpu_holds_what_the_network_leaves_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = feed(compiled(mlp), rows_for(compiled(mlp), 1000))
    assert fits(rows, "GPU")
    monkeypatch.setattr(sources, "GPU_BYTES", 1000)
    assert not fits(rows, "GPU")


def sized(laid_out: int, rows: int = 100) -> Any:
    """Return what tells how much memory rows take."""
    return SimpleNamespace(rows=rows, bytes=laid_out, bytes_laid_out=laid_out)


def test_rows_take_four_tenths_of_the_free_memory_or_four_gibibytes_of_a_gpu(
    tmp_path: Path,
) -> None:
    memory = tmp_path / "proc/meminfo"
    memory.parent.mkdir()
    memory.write_text("MemAvailable: 1000 kB\n")
    assert fits(sized(409_600), "CPU", root=tmp_path)
    assert not fits(sized(409_601), "CPU", root=tmp_path)
    assert fits(sized(4 * 2**30), "GPU", root=tmp_path)
    assert not fits(sized(4 * 2**30 + 1), "GPU", root=tmp_path)


def test_rows_up_to_32_mebibytes_are_laid_out_in_order() -> None:
    assert block_of(sized(32 * 2**20), 8) == Block(8, 12, 4, in_order=True)
    assert block_of(sized(32 * 2**20 + 1), 8) == Block(8, 12, 4, in_order=False)
    assert block_of(sized(8), 200).full == 1, "a batch has no more rows than there are"


@pytest.mark.parametrize(
    ("most", "full"), [(1, 1), (159, 1), (160, 2), (400, 5), (399, 4), (959, 11), (10**9, 12)]
)
def test_a_block_holds_the_steps_that_its_bytes_allow(most: int, full: int) -> None:
    assert block_of(sized(1_000), 8, most_bytes=most) == Block(8, full, 4)
    assert block_of(sized(0), 8, most_bytes=most // 10).full == min(full, 12), "a byte at least"


def test_a_block_of_rows_on_the_host_takes_64_mebibytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnspec.engine.tensorflow.fused.fits", lambda *_: False)
    wide = np.broadcast_to(np.float32(0), (40, 1 << 20))
    x = keras.Input((1 << 20,), name="x")
    model = keras.Model(x, keras.layers.GlobalMaxPooling1D(name="y")(keras.ops.expand_dims(x, -1)))
    model.compile("sgd", "mse")
    rows = feed(model, Arrays({"x": wide}, {"y": np.zeros((40, 1), "float32")}))
    found = source(core(model, xla=False), rows, 1, training=False)
    assert isinstance(found, sources.Streamed)
    assert found.steps.block.full == 15, "4 MiB and 4 bytes a row"


def test_a_block_holds_at_least_one_step() -> None:
    rows: Any = feed(compiled(mlp), rows_for(compiled(mlp), 43))
    block = block_of(rows, 4, most_bytes=1)
    assert (block.full, block.left, block.rows) == (1, 3, 7)


def test_many_rows_are_gathered_to_train_on_and_taken_as_they_lie_to_be_evaluated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = compiled(mlp)
    rows = feed(model, rows_for(model, 12))
    build_variables(model, rows)
    network = core(model, xla=False)

    def lies_in_order(*, training: bool) -> bool:
        lain = source(network, rows, 4, training=training)
        assert isinstance(lain, sources.Resident)
        return lain.steps.block.in_order

    assert lies_in_order(training=True)
    monkeypatch.setattr(sources, "FEW_BYTES", 12)
    assert not lies_in_order(training=True)
    assert lies_in_order(training=False)
