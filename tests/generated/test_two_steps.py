"""What the check calls fine trains: a sample of `python bench/two_steps.py`."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.keras, pytest.mark.slow]

ROOT = Path(__file__).parents[2]


def test_two_steps_of_drawn_specs_that_are_fine_neither_raise_nor_leave_a_weight_out() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "bench" / "two_steps.py", "--count", "6", "--seed", "30"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.endswith("; of those called fine 0 went wrong\n")
