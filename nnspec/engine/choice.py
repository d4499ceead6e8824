"""Floor 8, the choice: which executor runs a training, and whether XLA compiles it.

The choice depends on the network, the plan and the device alone, never on a clock: the same
run made twice must take the same path, or its numbers would differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, assert_never

import keras

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.engine.plan import EngineName, Plan, XlaMode
from nnspec.engine.tensorflow.device import available_cores
from nnspec.engine.tensorflow.obstacles import Obstacle, xla_obstacles
from nnspec.engine.tensorflow.shares import shares_of

SLOW_UNDER_XLA_ON_CPU = (
    "Conv",
    "DepthwiseConv",
    "SeparableConv",
    "MaxPooling",
    "AveragePooling",
)
"""Beginnings of layer classes that XLA computes on one thread, many times slower than oneDNN."""

COMPILE_SECONDS = 0.8
"""What XLA adds to the first call, at the least; measured on two cores: 0.5 to 2 s."""

SECONDS_GAINED_PER_LAYER = 40e-6
"""What one layer's step gains from XLA on a CPU: the cost of starting its operations one by one."""

SECONDS_GAINED_PER_RECURRENT_STEP = 40e-6
"""What one time step of a recurrent layer gains from XLA on a CPU."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What runs a training, and the reasons in words."""

    engine: Literal["fused", "keras"]
    xla: bool
    reasons: tuple[str, ...]
    required: bool = False
    """Whether running uncompiled is a failure."""
    shares: int = 1
    """Into how many shares a batch is cut, one for each core that works on it."""


def choose(model: keras.Model, plan: Plan, rows: int, *, device: Literal["CPU", "GPU"]) -> Choice:
    """Return what runs a training of these rows.

    Raises:
        Refused: `xla: required` and a layer XLA cannot compile, or the fused engine and a
            model it cannot run.
    """
    engine, why = _engine(model, plan.engine)
    if engine == "keras":
        if plan.xla == "required":
            raise Refused([_not_compiled(why)])
        return Choice("keras", xla=False, reasons=(why,))
    xla, because = _xla(model, plan, rows, device)
    choice = Choice("fused", xla=xla, reasons=(why, because), required=plan.xla == "required")
    return _shared(choice, model, min(rows, plan.batch_size)) if device == "CPU" else choice


def _shared(choice: Choice, model: keras.Model, batch: int) -> Choice:
    """Return the choice with the shares of a batch that the cores work on side by side."""
    shares = shares_of(model, batch, available_cores()) if choice.xla else 1
    if shares == 1:
        return choice
    reason = f"cores: each of {shares} takes {batch // shares} rows of a batch"
    return replace(choice, shares=shares, reasons=(*choice.reasons, reason))


def without_xla(choice: Choice, error: Exception) -> Choice:
    """Return the choice that remains when XLA turns out to have no kernel for an operation.

    Raises:
        Refused: XLA is required.
    """
    told = str(error).strip().splitlines()[0][:200]
    if choice.required:
        raise Refused([_not_compiled(told)])
    reason = f"XLA: it was tried and could not compile the step ({told})"
    return replace(choice, xla=False, shares=1, reasons=(*choice.reasons[:1], reason))


def choose_xla_for_inference(model: keras.Model, *, device: Literal["CPU", "GPU"]) -> bool:
    """Return whether XLA compiles evaluation and prediction that no training precedes."""
    return device == "GPU" and not xla_obstacles(model)


def _engine(model: keras.Model, wanted: EngineName) -> tuple[Literal["fused", "keras"], str]:
    own = next((name for name in ("train_step", "test_step") if _overrides(model, name)), None)
    match wanted:
        case "keras":
            return "keras", "engine: keras was asked for"
        case "fused" if own is not None:
            message = f"engine: fused cannot run {type(model).__name__}, which has its own {own}"
            raise Refused(
                [Diagnostic("R107", message, hint="write engine: auto", path=("runtime", "engine"))]
            )
        case "fused":
            return "fused", "engine: fused was asked for"
        case "auto" if own is not None:
            return "keras", f"engine: the model has its own {own}, which only Model.fit calls"
        case "auto":
            return "fused", "engine: many steps run in one call"
        case unknown:
            assert_never(unknown)


def _xla(
    model: keras.Model, plan: Plan, rows: int, device: Literal["CPU", "GPU"]
) -> tuple[bool, str]:
    obstacles = xla_obstacles(model)
    wanted: XlaMode = plan.xla
    match wanted:
        case "off":
            return False, "XLA: off was asked for"
        case "required" if obstacles:
            raise Refused([_not_compiled(one.reason) for one in obstacles])
        case "required":
            return True, "XLA: required was asked for"
        case "auto" if obstacles:
            return False, _told(obstacles)
        case "auto" if device == "GPU":
            return True, "XLA: on a GPU it compiles every layer of this network"
        case "auto":
            return _worth(model, plan.epochs * plan.steps(rows))
        case unknown:
            assert_never(unknown)


def _worth(model: keras.Model, steps: int) -> tuple[bool, str]:
    layers = leaves(model)
    slow = next((one for one in layers if _is_slow(one)), None)
    if slow is not None:
        kind = type(slow).__name__
        return False, f'XLA: "{slow.name}" ({kind}) runs faster uncompiled on a CPU'
    gained = steps * sum(_gain(one) for one in layers)
    if gained < COMPILE_SECONDS * (1 + 0.1 * len(layers)):
        return False, f"XLA: {steps} steps are too few to earn back the time to compile"
    return True, f"XLA: {steps} steps of dense or recurrent layers earn back the time to compile"


def leaves(model: keras.Model) -> list[keras.layers.Layer]:
    """Return all layers that compute, those inside nested models and wrappers included."""
    return [
        one
        for one in model._flatten_layers(include_self=False)  # noqa: SLF001 - the only walk that sees nested layers
        if not isinstance(one, keras.Model | keras.layers.InputLayer)
    ]


def _is_slow(layer: keras.layers.Layer) -> bool:
    return type(layer).__name__.startswith(SLOW_UNDER_XLA_ON_CPU)


def _gain(layer: keras.layers.Layer) -> float:
    if isinstance(layer, keras.layers.RNN):
        steps = layer.input.shape[1] if _has_one_input(layer) else None
        return SECONDS_GAINED_PER_RECURRENT_STEP * (steps or 32)
    return SECONDS_GAINED_PER_LAYER


def _has_one_input(layer: keras.layers.Layer) -> bool:
    nodes: Sequence[Any] = layer._inbound_nodes  # noqa: SLF001 - `input` raises without a node
    return len(nodes) == 1 and len(nodes[0].input_tensors) == 1


def _overrides(model: keras.Model, method: str) -> bool:
    return getattr(type(model), method) is not getattr(keras.Model, method)


def _told(obstacles: Sequence[Obstacle]) -> str:
    return "XLA: " + "; ".join(one.reason for one in obstacles)


def _not_compiled(reason: str) -> Diagnostic:
    return Diagnostic(
        "R105",
        f"xla: required, and XLA cannot compile this training: {reason}",
        hint="write xla: auto, or replace the layer",
        path=("runtime", "xla"),
    )
