"""Floor 8, the choice: which executor runs a training, and whether XLA compiles it.

The choice depends on the network, the plan and the device alone, never on a clock: the same
run made twice must take the same path, or its numbers would differ.
"""

from dataclasses import dataclass, replace
from typing import Literal, assert_never

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.engine.plan import EngineName, Plan, XlaMode

COMPILE_SECONDS = 0.8
"""What XLA adds to the first call, at the least; measured on two cores: 0.5 to 2 s."""

LEAST_ROWS = 16
"""Rows of a share below which the cores wait for one another longer than they work."""

LEAST_PRODUCTS = 4_000_000
"""Multiplications of a batch on its way forward, below which the shares' calls cost too much."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What the choice depends on in a network."""

    kind: str
    """Name of the model's class."""
    own_step: str | None
    """The step of `Model.fit` that the class replaces with its own, if it does."""
    obstacles: tuple[str, ...]
    """What XLA cannot compile, layer by layer."""
    slow: str | None
    """The first layer that XLA computes more slowly than TensorFlow on a CPU."""
    layers: int
    """Layers that compute, those inside nested models and wrappers included."""
    gained: float
    """Seconds that XLA gains in one step on a CPU."""
    entangled: str | None
    """Why a batch cannot be cut into shares that come to the same, None where it can."""
    products: int
    """Multiplications of one row on its way forward through recurrent layers."""


@dataclass(frozen=True, slots=True)
class Machine:
    """What the choice depends on in the machine."""

    device: Literal["CPU", "GPU"]
    cores: int
    """Processors that are free to work."""


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

    def route(self, device: str) -> str:
        """Return in words which program computes the steps."""
        how = "with XLA" if self.xla else "without XLA"
        shares = f", batches in {self.shares} shares" if self.shares > 1 else ""
        return f"{self.engine} on {device}, {how}{shares}"


def choose(network: Traits, plan: Plan, rows: int, machine: Machine) -> Choice:
    """Return what runs a training of these rows.

    Raises:
        Refused: `xla: required` and a layer XLA cannot compile, or the fused engine and a
            model it cannot run.
    """
    engine, why = _engine(network, plan.engine)
    if engine == "keras":
        if plan.xla == "required":
            raise Refused([_not_compiled(why)])
        return Choice("keras", xla=False, reasons=(why,))
    xla, because = _xla(network, plan, rows, machine.device)
    choice = Choice("fused", xla=xla, reasons=(why, because), required=plan.xla == "required")
    if not xla or machine.device == "GPU":
        return choice
    return _shared(choice, network, min(rows, plan.batch_size), machine.cores)


def _shared(choice: Choice, network: Traits, batch: int, cores: int) -> Choice:
    """Return the choice with the shares of a batch that the cores work on side by side."""
    shares = shares_of(network, batch, cores)
    if shares == 1:
        return choice
    reason = f"cores: each of {shares} takes {batch // shares} rows of a batch"
    return replace(choice, shares=shares, reasons=(*choice.reasons, reason))


def shares_of(network: Traits, batch: int, cores: int) -> int:
    """Return into how many shares a batch is cut; 1 where that changes the result or costs time.

    Args:
        network: the traits of a network that XLA can compile.
        batch: rows per step.
        cores: processors that are free to work.
    """
    most = min(cores, batch // LEAST_ROWS)
    shares = next((one for one in range(most, 1, -1) if batch % one == 0), 1)
    pays = network.products * batch >= LEAST_PRODUCTS
    return shares if pays and network.entangled is None else 1


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


def _engine(network: Traits, wanted: EngineName) -> tuple[Literal["fused", "keras"], str]:
    own = network.own_step
    match wanted:
        case "keras":
            return "keras", "engine: keras was asked for"
        case "fused" if own is not None:
            message = f"engine: fused cannot run {network.kind}, which has its own {own}"
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


def _xla(network: Traits, plan: Plan, rows: int, device: Literal["CPU", "GPU"]) -> tuple[bool, str]:
    wanted: XlaMode = plan.xla
    match wanted:
        case "off":
            return False, "XLA: off was asked for"
        case "required" if network.obstacles:
            raise Refused([_not_compiled(one) for one in network.obstacles])
        case "required":
            return True, "XLA: required was asked for"
        case "auto" if network.obstacles:
            return False, "XLA: " + "; ".join(network.obstacles)
        case "auto" if device == "GPU":
            return True, "XLA: on a GPU it compiles every layer of this network"
        case "auto":
            return _worth(network, plan.epochs * plan.steps(rows))
        case unknown:
            assert_never(unknown)


def _worth(network: Traits, steps: int) -> tuple[bool, str]:
    if network.slow is not None:
        return False, f"XLA: {network.slow} runs faster uncompiled on a CPU"
    if steps * network.gained < COMPILE_SECONDS * (1 + 0.1 * network.layers):
        return False, f"XLA: {steps} steps are too few to earn back the time to compile"
    return True, f"XLA: {steps} steps of dense or recurrent layers earn back the time to compile"


def _not_compiled(reason: str) -> Diagnostic:
    return Diagnostic(
        "R105",
        f"xla: required, and XLA cannot compile this training: {reason}",
        hint="write xla: auto, or replace the layer",
        path=("runtime", "xla"),
    )
