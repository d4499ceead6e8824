"""A training step larger than the machine is reported with its arithmetic."""

from pathlib import Path

import pytest

from nnspec.diagnostics import Diagnostic, Findings
from nnspec.document import parse_document
from nnspec.network.machine import machine_memory
from nnspec.network.memory import Step, check_memory, measure_step
from nnspec.pipeline.check import Checked, check_document

DENSE = 1000 * 1000 + 1000
SPEC = """\
nnspec: 1
model:
  - Input: [1000]
  - Dense: {{units: 1000, trainable: {trainable}}}
training:
  optimizer: {optimizer}
  loss: mse
  batch_size: 8
runtime: {{device: {device}, dtype_policy: {policy}}}
"""


def check(**parts: str) -> Checked:
    usual = {"trainable": "true", "optimizer": "adam", "device": "auto", "policy": "float32"}
    document = parse_document(SPEC.format(**(usual | parts)), "spec.yaml")
    return check_document(document, folder=Path())


def step(**parts: str) -> Step:
    return measure_step(*check(**parts).accept())


def reported(memory: int | None, **parts: str) -> tuple[Diagnostic, ...]:
    findings = Findings()
    check_memory(*check(**parts).accept(), memory, findings)
    return tuple(findings)


@pytest.mark.parametrize(
    ("parts", "fixed", "row"),
    [
        ({}, DENSE * 4 * 4, 2000 * 4),
        ({"optimizer": "sgd"}, DENSE * 4 * 2, 2000 * 4),
        ({"optimizer": "{SGD: {momentum: 0.9}}"}, DENSE * 4 * 3, 2000 * 4),
        ({"optimizer": "{Adam: {amsgrad: true}}"}, DENSE * 4 * 5, 2000 * 4),
        ({"trainable": "false"}, DENSE * 4, 2000 * 4),
        ({"policy": "mixed_float16"}, DENSE * 4 * 4, 2000 * 2),
        ({"policy": "bfloat16"}, DENSE * 2 * 4, 2000 * 2),
        ({"policy": "float64"}, DENSE * 8 * 4, 2000 * 8),
    ],
)
def test_weights_gradients_optimizer_and_activations_are_counted(
    parts: dict[str, str], fixed: int, row: int
) -> None:
    counted = step(**parts)
    assert (counted.fixed, counted.row, counted.bytes) == (fixed, row, fixed + 8 * row)


def test_a_step_that_fits_is_not_reported() -> None:
    assert reported(step().bytes) == ()


def test_a_larger_step_is_a_warning_and_a_hopeless_one_an_error() -> None:
    size = step().bytes
    assert [(one.code, one.severity) for one in reported(size - 1)] == [("T130", "warning")]
    assert [(one.code, one.severity) for one in reported(size // 9)] == [("L111", "error")]


def test_the_arithmetic_is_shown_at_what_weighs_most() -> None:
    (weights,) = reported(2**20)
    assert weights.span
    assert weights.span.start.line == 4
    assert "1,001,000 weights of 4 bytes with 3 more arrays" in weights.message
    assert "2,000 numbers a row x 8 rows x 4 bytes of activations" in weights.message
    assert weights.message.endswith("this machine has 1.0 MiB")
    assert weights.hint == "write smaller layers"
    (batch,) = reported(2**20, trainable="false", optimizer="sgd")
    assert batch.span == weights.span


def test_a_hint_names_the_batch_that_fits() -> None:
    memory = step().bytes - 1
    (finding,) = reported(memory)
    batch = int((finding.hint or "").split()[2]) if "batch_size" in (finding.hint or "") else 0
    assert step().fixed + batch * step().row <= memory


@pytest.mark.parametrize("memory", [None, 1])
def test_nothing_is_said_of_unknown_memory_or_of_a_gpu(memory: int | None) -> None:
    assert reported(memory, device="gpu") == ()
    assert memory is not None or reported(memory) == ()


def groups(root: Path, listed: str, **bounds: str) -> int | None:
    """Return the memory within control groups: their list, and the bounds by file."""
    files = {"proc/self/cgroup": listed, **bounds}
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return machine_memory(root)


MIB = 2**20
V1 = "sys/fs/cgroup/memory"
V2 = "sys/fs/cgroup"


@pytest.mark.parametrize(
    ("listed", "bounds", "found"),
    [
        ("0::/a/b\n", {f"{V2}/a/b/memory.max": "67108864\n"}, 64),
        ("0::/a/b\n", {f"{V2}/a/b/memory.max": "max\n", f"{V2}/a/memory.max": "33554432\n"}, 32),
        ("0::/\n", {f"{V2}/memory.max": "67108864\n"}, 64),
        ("0::/docker/1\n", {f"{V2}/memory.max": "67108864\n"}, 64),
        ("4:memory:/a\n0::/\n", {f"{V1}/a/memory.limit_in_bytes": "67108864\n"}, 64),
        ("4:cpu,memory:/host/a\n", {f"{V1}/memory.limit_in_bytes": "67108864\n"}, 64),
    ],
    ids=["own group", "group above", "root", "path of the host", "version 1", "version 1, host"],
)
def test_the_bound_of_a_container_counts(
    tmp_path: Path, listed: str, bounds: dict[str, str], found: int
) -> None:
    assert groups(tmp_path, listed, **bounds) == found * MIB


@pytest.mark.parametrize("bound", ["max\n", "9223372036854771712\n", "", "x\n"])
def test_a_container_without_a_bound_has_the_memory_of_the_machine(
    tmp_path: Path, bound: str
) -> None:
    here = groups(tmp_path, "0::/\n4:memory:/\n", **{f"{V2}/memory.max": bound})
    assert here == groups(tmp_path / "none", "")


def test_this_machine_has_memory() -> None:
    memory = machine_memory()
    assert memory is None or memory > 2**26
