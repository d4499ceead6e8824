"""Ctrl-C and SIGTERM while a training runs: their codes, and the bits of one that nobody stopped.

bench/resume.py --signal INT and TERM draw many moments.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from resumed import differing
from resumed_kinds import write_kind

pytestmark = [pytest.mark.keras, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
PATIENCE = 300.0


def training(spec: Path, run: Path) -> "subprocess.Popen[bytes]":
    arguments = ("train", "--quiet", str(spec), "--resume", str(run), "--set", "training.epochs=60")
    return subprocess.Popen(
        [sys.executable, "-m", "nnspec", *arguments, "--checkpoint-every", "0"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
    )


def lines(run: Path) -> int:
    file = run / "history.csv"
    return file.read_text().count("\n") if file.exists() else 0


def test_a_run_that_is_stopped_again_and_again_ends_with_the_same_bits(tmp_path: Path) -> None:
    spec = write_kind(tmp_path, "dropout")
    whole, run = tmp_path / "runs" / "whole", tmp_path / "runs" / "stopped"
    assert training(spec, whole).wait(PATIENCE) == 0
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process, before, begun = training(spec, run), lines(run), time.monotonic()
        while lines(run) < before + 4:
            assert process.poll() is None
            assert time.monotonic() - begun < PATIENCE
            time.sleep(0.001)
        process.send_signal(number)
        assert process.wait(PATIENCE) == code
    assert training(spec, run).wait(PATIENCE) == 0
    assert differing(whole, run) == []
