"""Floor 8, checks of the units: activations and gradients on a sample of the training rows."""

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from nnspec.judge.checks.check import Check, Finding
from nnspec.judge.checks.evidence import Evidence, LayerGradient, Probe, UnitTrace

LEAST_ROWS = 30
"""Rows of a sample from which silence says something: a unit that is active in one of ten rows is
silent in all of 30 with a chance of 0.9 ** 30, 4 percent."""
UNITS_SHOWN = 3
"""Layers that a sentence names."""


class IdleUnits(Check):
    """Half of a layer's units do nothing but stand at an end of their function."""

    functions: ClassVar[frozenset[str]]
    share: ClassVar[float]
    """Share of rows at an end from which on a unit counts."""
    called: ClassVar[Literal["dead", "saturated"]]

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether there are hidden layers of the function, and rows enough."""
        probe = evidence.probe
        if probe is None or not self.layers(probe):
            return f"no hidden layer has {' or '.join(sorted(self.functions))}"
        if probe.rows < LEAST_ROWS:
            return f"{probe.rows} training rows are too few to tell"
        return None

    def look(self, evidence: Evidence) -> Finding | None:
        """Count units layer by layer."""
        assert evidence.probe is not None, "the check applies"
        rows = evidence.probe.rows
        counts = {
            one.layer: (int((one.idle >= self.share).sum()), len(one.idle))
            for one in self.layers(evidence.probe)
        }
        found = {name: one for name, one in counts.items() if 2 * one[0] >= one[1] > 1}
        if not found:
            return None
        first = list(found.items())[:UNITS_SHOWN]
        listed = ", ".join(f"{idle} of {units} units of {name}" for name, (idle, units) in first)
        more = f" and {len(found) - len(first)} layers more" if len(found) > len(first) else ""
        says = f"{listed}{more} are {self.called} on {rows:,} training rows"
        return Finding(says, {name: idle / units for name, (idle, units) in found.items()})

    def layers(self, probe: Probe) -> Sequence[UnitTrace]:
        """Return the hidden layers of the function."""
        return [one for one in probe.units if one.function in self.functions]


class DeadUnits(IdleUnits):
    """Half of a layer's relu units, or more, are 0 for every row of a sample of training rows.

    He's initialization counts on half of the units being active for a row; where half of them are
    so for no row at all, the layer is at most half as wide as the spec says, and none of these
    units has a gradient. Fewer are common with penalties on weights, and do no harm.

    Source: K. He et al., Delving deep into rectifiers (2015), section 2.2; L. Lu et al., Dying ReLU
    and initialization (2020).
    """

    code = "C114"
    functions = frozenset({"relu"})
    share = 1.0
    called = "dead"


class SaturatedUnits(IdleUnits):
    """Half of a layer's sigmoid or tanh units are at an end for nine of ten rows.

    Within a hundredth of the range of an end the slope of sigmoid, s * (1 - s), is below 0.0099,
    and that of tanh below 0.04, a twenty-fifth of what they are in the middle.

    Source: X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural
    networks (2010), section 3.
    """

    code = "C115"
    functions = frozenset({"sigmoid", "tanh"})
    share = 0.9
    called = "saturated"


class Vanishing(Check):
    """A layer gets less than a ten-thousandth of the gradient of a layer behind it.

    Compared is norm of weights times norm of gradient over loss: by how much the loss changes, in
    parts of itself, if all weights change by a part of themselves. In networks of relu without
    biases the sum of weight times gradient is the same in every layer (Euler's theorem on
    homogeneous functions), so that layers differ by small factors. A sigmoid passes at most a
    quarter of a gradient on; ten thousand is what seven of them leave: 4 ** 7 is 16,384.

    Source: S. Du et al., Algorithmic regularization in learning deep homogeneous models (2018).
    """

    code = "C116"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether there are several trained layers."""
        return without_gradients(evidence, 3)

    def look(self, evidence: Evidence) -> Finding | None:
        """Compare each layer with the largest one behind it."""
        assert evidence.probe is not None, "the check applies"
        layers = evidence.probe.gradients
        sizes = {one.layer: sensitivity(one, evidence.probe.loss) for one in layers}
        for one in layers:
            own = sizes[one.layer]
            behind = max(one.leads_to & sizes.keys(), key=lambda name: sizes[name], default=None)
            if behind is None or one.weights == 0 or sizes[behind] <= TINY:
                continue
            if own < SMALL * sizes[behind]:
                says = (
                    f"changing all weights of {one.layer} by their own size would change the loss "
                    f"by {own:.1e} of itself, all of {behind} by {sizes[behind]:.1e}"
                )
                return Finding(says, {one.layer: own, behind: sizes[behind]})
        return None


class Exploding(Check):
    """Changing a layer's weights by a thousandth would change the loss by its own size.

    Norm of weights times norm of gradient over loss is above 1,000 (see `Vanishing`); networks at
    the end of a training have values of 10 and less, since most of the gradient is gone.
    """

    code = "C117"

    def why_not(self, evidence: Evidence) -> str | None:
        """Tell whether there are trained layers, and a loss that is not 0."""
        return without_gradients(evidence, 1)

    def look(self, evidence: Evidence) -> Finding | None:
        """Look for the largest."""
        assert evidence.probe is not None, "the check applies"
        loss = evidence.probe.loss
        top = max(evidence.probe.gradients, key=lambda one: sensitivity(one, loss))
        size = sensitivity(top, loss)
        if np.isfinite(size) and size <= 1000:  # noqa: PLR2004  see above
            return None
        says = (
            f"the gradient of {top.layer} has a norm of {top.gradient:.3g} at weights of norm "
            f"{top.weights:.3g} and a loss of {loss:.3g}: {size:,.0f} times the loss"
        )
        return Finding(says, {"layer": top.layer, "gradient": top.gradient, "weights": top.weights})


SMALL = 1e-4
"""Part of a later layer's sensitivity below which one is lost."""
TINY = 1e-6
"""Sensitivities below which a layer has no gradient to speak of: single precision ends there."""


def sensitivity(layer: LayerGradient, loss: float) -> float:
    """Return by how many parts of the loss it changes where weights change by their own size."""
    return layer.gradient * layer.weights / max(abs(loss), 1e-30)


def without_gradients(evidence: Evidence, least: int) -> str | None:
    """Return why gradients say nothing, None where they do."""
    probe = evidence.probe
    if probe is None or not probe.gradients:
        return "no gradient is followed"
    if len(probe.gradients) < least:
        return f"{len(probe.gradients)} layers have trained weights; {least} can be compared"
    if not abs(probe.loss) > TINY:
        return f"the loss of the training rows is {probe.loss:.1e}: nothing is left to follow"
    return None
