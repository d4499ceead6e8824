"""What acts between epochs: history, the guard on the loss, and the progress display."""

import csv
import io
from pathlib import Path

import pytest
from rich.console import Console

from nnspec.diagnostics import RunFailed
from nnspec.run.claim import Claim
from nnspec.run.folder import RunFolder
from nnspec.run.history import HistoryFile, LossGuard, loss_failure
from nnspec.run.layout import HISTORY
from nnspec.run.manifest import Manifest, SpecOrigin
from nnspec.run.progress import Progress, epochs_shown

pytestmark = pytest.mark.keras


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    spec = SpecOrigin("demo.yaml", "/specs", "ab")
    return RunFolder.create(
        Claim.numbered(tmp_path, "demo"), Manifest("demo", spec, seed=0, started="now")
    )


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def plain(progress: Progress, stream: io.StringIO, epochs: int, clock: Seconds) -> list[str]:
    progress.on_train_begin()
    for epoch in range(epochs):
        clock.now += 5.0 if epoch == 0 else 1.0
        progress.on_epoch_end(epoch, {"loss": 1 / (epoch + 1), "rmse": 0.5, "val_loss": 2.0})
    progress.on_train_end()
    return stream.getvalue().splitlines()


def test_history_holds_every_epoch_as_soon_as_it_ended(folder: RunFolder) -> None:
    history = HistoryFile(folder)
    history.on_epoch_end(0, {"loss": 0.1 + 0.2, "rmse": 0.5})
    history.on_epoch_end(1, {"loss": 0.25, "rmse": 0.25})
    text = (folder.path / HISTORY).read_text()
    assert text == "epoch,loss,rmse\n1,0.30000000000000004,0.5\n2,0.25,0.25\n"
    history.finish()
    assert folder.read(HISTORY).decode() == text


def test_a_figure_that_comes_later_gets_a_column(folder: RunFolder) -> None:
    history = HistoryFile(folder)
    history.on_epoch_end(0, {"loss": 1.0})
    history.on_epoch_end(1, {"loss": 0.5, "val_loss": 0.75})
    history.on_epoch_end(2, {"loss": 0.25})
    text = (folder.path / HISTORY).read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["val_loss"] for row in rows] == ["", "0.75", ""]
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]


@pytest.mark.parametrize(("loss", "word"), [(float("nan"), "NaN"), (float("inf"), "infinite")])
def test_a_loss_that_is_no_number_ends_the_run(loss: float, word: str) -> None:
    guard = LossGuard(keep=lambda: "checkpoints/best.weights.h5")
    guard.on_epoch_end(0, {"loss": 0.75})
    with pytest.raises(RunFailed, match=word) as caught:
        guard.on_epoch_end(1, {"loss": loss})
    message = caught.value.diagnostics[0].message
    assert caught.value.diagnostics[0].code == "R101"
    assert "epoch 2" in message
    assert "last finite loss was 0.75" in message
    assert "kept in checkpoints/best.weights.h5" in message


def test_the_step_stands_in_the_message_where_it_is_known() -> None:
    failure = loss_failure(float("nan"), epoch=1, last=None, step=17)
    assert "epoch 1, step 17; no earlier epoch was finite" in failure.diagnostics[0].message


def test_a_pipe_gets_one_line_per_epoch_of_a_short_training() -> None:
    stream, clock = io.StringIO(), Seconds()
    progress = Progress(Console(file=stream), 3, ["rmse"], clock=clock)
    assert plain(progress, stream, 3, clock) == [
        "epoch 1/3  loss 1.000  val_loss 2.000  rmse 0.5000",
        "epoch 2/3  loss 0.5000  val_loss 2.000  rmse 0.5000  1.0 s left",
        "epoch 3/3  loss 0.3333  val_loss 2.000  rmse 0.5000",
    ]


def test_a_pipe_gets_twenty_lines_of_a_long_training_with_first_and_last() -> None:
    stream, clock = io.StringIO(), Seconds()
    lines = plain(Progress(Console(file=stream), 500, clock=clock), stream, 500, clock)
    assert len(lines) == 20
    assert lines[0].startswith("epoch   1/500  loss 1.000")
    assert lines[-1].startswith("epoch 500/500")


def test_a_training_that_stops_early_still_shows_its_last_epoch() -> None:
    stream, clock = io.StringIO(), Seconds()
    lines = plain(Progress(Console(file=stream), 500, clock=clock), stream, 31, clock)
    assert lines[-1].startswith("epoch  31/500")
    assert len(lines) == len(set(lines)) == 3


def test_a_terminal_gets_a_live_line_and_keeps_only_the_last_epoch() -> None:
    stream, clock = io.StringIO(), Seconds()
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    progress = Progress(console, 40, ["rmse"], clock=clock)
    lines = plain(progress, stream, 40, clock)
    assert any("epoch 40/40 ━━━" in line for line in lines)
    assert lines[-1].endswith("epoch 40/40  loss 0.0250  val_loss 2.000  rmse 0.5000")
    progress.close()
    assert stream.getvalue().splitlines() == lines


def test_the_best_epoch_so_far_and_the_rows_per_second_are_shown() -> None:
    stream, clock = io.StringIO(), Seconds()
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    progress = Progress(console, 4, ["rmse"], clock=clock)
    progress.tell_rows(12_345)
    progress.on_train_begin()
    for epoch, loss in enumerate((3.0, 1.0, 2.0)):
        clock.now += 10.0
        progress.on_epoch_end(epoch, {"loss": 0.5, "val_loss": loss, "rmse": 0.1})
    progress.close()
    text = stream.getvalue()
    assert "epoch 3/4 ━━━━━━━━━━━━━━━━━━━━━━━━ 30 s, 10 s left, 1,200 rows/s" in text
    assert "epoch 3/4  loss 0.5000  val_loss 2.000  best 1.000 in epoch 2  rmse 0.1000" in text
    assert max(map(len, text.splitlines())) <= 160  # two lines of a terminal, drawn anew


def test_a_pipe_names_the_best_epoch_once_it_lies_behind() -> None:
    stream, clock = io.StringIO(), Seconds()
    progress = Progress(Console(file=stream), 3, ["rmse"], clock=clock)
    progress.on_train_begin()
    for epoch, loss in enumerate((1.0, 2.0, float("nan"))):
        progress.on_epoch_end(epoch, {"loss": 0.5, "val_loss": loss})
    first, *others = stream.getvalue().splitlines()
    assert "best" not in first
    assert all("  best 1.000 in epoch 1" in line for line in others)
    resumed = Progress(Console(file=stream), 9, first_epoch=3, clock=clock)
    resumed.on_train_begin()
    for epoch in (3, 4):
        resumed.on_epoch_end(epoch, {"loss": float(epoch)})
    assert "best" not in stream.getvalue().splitlines()[-1]


def test_a_long_epoch_shows_its_steps_and_the_time_left_within_it() -> None:
    stream, clock = io.StringIO(), Seconds()
    console = Console(file=stream, force_terminal=True, width=80, color_system=None)
    progress = Progress(console, 4, clock=clock)
    progress.set_params({"steps": 1000})
    progress.on_train_begin()
    for epoch in range(2):
        for step in (250, 500, 1000):
            clock.now += 1.0
            progress.on_chunk(epoch, step, {"loss": 1.0})
        progress.on_epoch_end(epoch, {"loss": 1.0})
    clock.now += 1.0
    progress.on_chunk(2, 500, {"loss": 1.0})
    progress.close()
    head = "epoch 2/4 step  500/1000 ━━━━━━━━━━━━━━━━━━━━━━━━ 7.0 s, 4.0 s left"
    assert head in stream.getvalue()


@pytest.mark.parametrize(("first", "epochs"), [(0, 1), (0, 20), (0, 21), (0, 10_000), (97, 100)])
def test_the_epochs_shown_are_few_and_hold_the_ends(first: int, epochs: int) -> None:
    shown = epochs_shown(first, epochs)
    assert len(shown) == min(20, epochs - first)
    assert {first + 1, epochs} <= shown <= set(range(first + 1, epochs + 1))
