"""Losses of quantiles and of normal distributions, as functions that a program holds."""

from collections.abc import Iterator

from nnspec.data import TargetFit
from nnspec.exchange.write.python.facts import Facts
from nnspec.spec.intervals import middle_of

PINBALL, LIKELIHOOD = "pinball", "gaussian_nll"
MONITORED = ("loss", "val_loss")
"""What callbacks can watch where metrics are of numbers that the network does not give."""
OF_QUANTILES = '''\
def pinball(truth: Any, predicted: Any) -> Any:
    """Return the quantile loss of each row, averaged over quantiles and targets."""
    quantiles = keras.ops.convert_to_tensor({quantiles})
    above = truth[..., None] - keras.ops.reshape(predicted, (-1, {targets}, {each}))
    each = keras.ops.maximum(quantiles * above, (quantiles - 1) * above)
    return keras.ops.mean(each, axis=(-2, -1))
'''
OF_NORMAL = '''\
def gaussian_nll(truth: Any, predicted: Any) -> Any:
    """Return minus the logarithm of a normal density at the target, averaged over targets."""
    units = keras.ops.reshape(predicted, (-1, {targets}, 2))
    width = keras.ops.softplus(units[..., 1]) + {floor!r}
    distance = (truth - units[..., 0]) / width
    each = 0.5 * (distance**2 + np.log(2 * np.pi)) + keras.ops.log(width)
    return keras.ops.mean(each, axis=-1)
'''


def is_spread(target: TargetFit) -> bool:
    """Tell whether an output gives more than a number for each target."""
    return bool(target.quantiles) or target.floor is not None


def unsayable_spread(facts: Facts, target: TargetFit) -> Iterator[str]:
    """Give what keeps such an output, or one that learns logarithms, out of a program."""
    of_rows = facts.section.window is None and len(target.shape) == 1
    if is_spread(target) and (len(facts.targets) > 1 or not of_rows):
        yield "quantiles and distributions of several outputs, or of steps"
    if is_spread(target) or target.log:
        yield from unsayable_watching(facts)


def unsayable_watching(facts: Facts) -> Iterator[str]:
    """Give the metrics that callbacks watch, of numbers which the network does not give."""
    watched = {getattr(one, "monitor", "loss") for one in facts.training.callbacks}
    if not watched <= {*MONITORED, None}:
        names = ", ".join(sorted(map(str, watched)))
        yield f"callbacks watch {names}, of numbers that the network does not give"


def spread_losses(facts: Facts) -> Iterator[str]:
    """Give the functions of the losses that Keras does not have."""
    for target in facts.targets.values():
        targets, quantiles = len(target.columns), tuple(target.quantiles)
        if quantiles:
            each = len(quantiles)
            yield OF_QUANTILES.format(quantiles=list(quantiles), targets=targets, each=each)
        elif target.floor is not None:
            yield OF_NORMAL.format(targets=targets, floor=target.floor)


def spread_loss(target: TargetFit) -> str | None:
    """Return the name of the function that is an output's loss; None where Keras has one."""
    if not is_spread(target):
        return None
    return PINBALL if target.quantiles else LIKELIHOOD


def answer_of(target: TargetFit, predicted: str) -> str:
    """Return the expression of the one number that such an output answers for each target."""
    targets = len(target.columns)
    if target.quantiles:
        shaped = f"{predicted}.reshape(-1, {targets}, {len(target.quantiles)})"
        return f"np.sort({shaped}, axis=-1)[..., {middle_of(target.quantiles)}]"
    return f"{predicted}.reshape(-1, {targets}, 2)[..., 0]"
