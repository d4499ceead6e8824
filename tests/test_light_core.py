"""A check costs no more than the light core: what trains is not imported, even by accident."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPECS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "specs").glob("*.yaml"))
HEAVY = ("keras", "tensorflow", "numpy", "polars", "sklearn", "h5py", "PIL")

PROGRAM = """
import sys

class Refuser:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HEAVY:
            raise ImportError(f"{name} is no part of the light core")
        return None

HEAVY = %r
sys.meta_path.insert(0, Refuser())

from nnspec.commands import main

try:
    main(%r)
except SystemExit as stop:
    code = stop.code
else:
    code = 0
loaded = sorted(set(HEAVY) & set(sys.modules))
assert not loaded, loaded
sys.exit(code)
"""


def run_light(arguments: list[str]) -> subprocess.CompletedProcess[str]:
    program = PROGRAM % (HEAVY, arguments)
    command = [sys.executable, "-c", program]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_there_are_shipped_specs() -> None:
    assert SPECS


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", *SPECS],
        ["summary", *SPECS[:1]],
        ["render", *SPECS[:1]],
        ["schema"],
        ["plan", "specs/diabetes.yaml"],
        ["runs", "tests"],
        ["clean", "tests"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_checks_a_spec_imports_nothing_that_trains(arguments: list[str]) -> None:
    done = run_light(arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def test_importing_the_package_imports_neither_keras_nor_numpy() -> None:
    program = f"import sys, nnspec; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_validating_leaves_the_function_of_that_name_in_its_place() -> None:
    program = f"import nnspec; print([nnspec.validate({SPECS[0]!r}) for _ in range(2)])"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[(), ()]", done.stderr
