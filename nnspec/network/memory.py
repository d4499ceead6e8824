"""Floor 5: what a training step takes in bytes, against what the machine has.

Counted are the weights, their gradients, what the optimizer keeps of them, and what leaves every
layer, which stays until the gradients are computed. What libraries need besides is not counted.
"""

from dataclasses import dataclass

from nnspec.diagnostics import Diagnostic, Findings, Span
from nnspec.network.network import Network, ResolvedNode, total
from nnspec.shapes import elements
from nnspec.spec.spec import Spec

NUMBER_BYTES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
"""Bytes of a number; mixed policies keep weights in float32 and compute in the type they name."""
HOPELESS = 8
"""Times the machine's memory beyond which no larger machine of its kind is meant."""
ROOM = 0.8
"""Share of the memory that a hint fills, so that the rest of the program finds room."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one training step takes.

    Attributes:
        weights: parameters.
        trainable: parameters that training changes.
        arrays: arrays of their size beside them: gradients, and what the optimizer keeps.
        activations: numbers that leave all layers for one row, as far as their shapes are known.
        rows: rows of a batch.
        weight_bytes: bytes of one weight.
        number_bytes: bytes of one number that leaves a layer.
    """

    weights: int
    trainable: int
    arrays: int
    activations: int
    rows: int
    weight_bytes: int
    number_bytes: int

    @property
    def fixed(self) -> int:
        """Return the bytes that do not depend on the batch."""
        return (self.weights + self.trainable * self.arrays) * self.weight_bytes

    @property
    def row(self) -> int:
        """Return the bytes that each row of a batch adds."""
        return self.activations * self.number_bytes

    @property
    def bytes(self) -> int:
        """Return the bytes of the whole step."""
        return self.fixed + self.row * self.rows


def check_memory(spec: Spec, network: Network, memory: int | None, findings: Findings) -> None:
    """Record a training step that does not fit into the machine, with the arithmetic.

    Args:
        spec: says how the network is trained; without training, or on a GPU, nothing is said.
        network: its shapes as far as they are known.
        memory: bytes that the machine, or its container, has; None: unknown.
        findings: takes T130 where the step is larger, L111 where it is larger by far.
    """
    if spec.training is None or memory is None or spec.runtime.device == "gpu":
        return
    step = measure_step(spec, network)
    if step.bytes <= memory:
        return
    batch = int((ROOM * memory - step.fixed) // max(step.row, 1))
    hint = f"write batch_size: {batch} or less" if batch >= 1 else "write smaller layers"
    code = "L111" if step.bytes > HOPELESS * memory else "T130"
    message = f"{describe(step)}; this machine has {show_bytes(memory)}"
    span = place(spec, network, step)
    findings.append(Diagnostic(code, message, span, hint, file=spec.file))


def measure_step(spec: Spec, network: Network) -> Step:
    """Return what one training step takes."""
    assert spec.training is not None
    kind = spec.runtime.dtype_policy.removeprefix("mixed_")
    stored = "float32" if spec.runtime.dtype_policy.startswith("mixed_") else kind
    usual = NUMBER_BYTES["float32"]
    return Step(
        weights=sum(node.parameters or 0 for node in network.nodes),
        trainable=sum(count_trainable(node) for node in network.nodes),
        arrays=1 + spec.training.optimizer.slots,
        activations=sum(count_outputs(node) for node in network.nodes),
        rows=spec.training.batch_size,
        weight_bytes=NUMBER_BYTES.get(stored, usual),
        number_bytes=NUMBER_BYTES.get(kind, usual),
    )


def count_trainable(node: ResolvedNode) -> int:
    """Return the number of a layer's parameters that training changes, as far as it is known."""
    frozen = node.layer is not None and not node.layer.trainable
    return 0 if frozen else total(node.weights, trainable=True) or 0


def count_outputs(node: ResolvedNode) -> int:
    """Return the numbers that leave a layer for one row, as far as they are known."""
    return sum(elements(tensor.shape[1:]) or 0 for tensor in node.outputs or ())


def place(spec: Spec, network: Network, step: Step) -> Span | None:
    """Return what weighs most: the size of the batch, or the largest layer."""
    if step.row * step.rows > step.fixed:
        return spec.positions.find(("training", "batch_size"))
    largest = max(network.nodes, key=lambda node: node.parameters or 0)
    return largest.node.origin.of(largest.layer.shorthand if largest.layer else None)


def describe(step: Step) -> str:
    """Return the arithmetic of a step in words."""
    weights = f"{step.weights:,} weights of {step.weight_bytes} bytes"
    beside = f"{step.arrays} more arrays for the gradients and the optimizer"
    batch = f"{step.activations:,} numbers a row x {step.rows:,} rows x {step.number_bytes} bytes"
    return (
        f"a training step takes about {show_bytes(step.bytes)}: {weights} with {beside}, "
        f"{show_bytes(step.fixed)}; and {batch} of activations, {show_bytes(step.row * step.rows)}"
    )


def show_bytes(count: int) -> str:
    """Return a number of bytes in words."""
    unit, size = ("GiB", 2**30) if count >= 2**30 else ("MiB", 2**20)
    return f"{count / size:,.1f} {unit}"
