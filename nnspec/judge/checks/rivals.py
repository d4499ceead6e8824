"""Floor 8, what checks of gains hold against each other: splits, and the network's rivals."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np

from nnspec.judge.answers import Floats
from nnspec.judge.checks.chance import LEAST, deviations, standard_error
from nnspec.judge.checks.evidence import TRAIN, OutputEvidence
from nnspec.judge.heads import Numbers, Reconstruction
from nnspec.run.numerals import show_figure

NOT_COMPARED = "no target is compared with row by row"
NO_BASELINE = "there is no baseline on the same rows"
LINEAR = frozenset({"ridge", "logistic_regression"})
"""Baselines that cannot learn rows by heart unless columns outnumber them: what they lose between
training rows and others, the others are harder by; what they reach on training rows can be
learned from them."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How much more of the training rows is explained than of a split that was not learned from.

    Attributes:
        train: share of the constant answer's loss that the network saves on the training rows.
        unseen: the same on the split.
        excess: their difference, less what the best baseline's is.
        error: standard error of the difference.
    """

    split: str
    train: float
    unseen: float
    excess: float
    error: float


@dataclass(frozen=True, slots=True)
class Rival:
    """The best baseline on a split beside the network.

    Attributes:
        loss: its mean loss.
        behind: by how much the network's is larger.
        error: standard error of the difference, row by row.
        told: both in words.
    """

    name: str
    loss: float
    behind: float
    error: float
    told: str

    @property
    def sure(self) -> float:
        """Return by how many standard errors the network is behind."""
        return deviations(self.behind, self.error)

    @property
    def figures(self) -> Mapping[str, float | int | str]:
        """Return the figures by name."""
        return {
            "baseline": self.name,
            "network_loss": self.loss + self.behind,
            "baseline_loss": self.loss,
            "standard_error": self.error,
        }


def rival_on(output: OutputEvidence, split: str, names: AbstractSet[str] | None = None) -> Rival:
    """Return the baseline with the smallest loss on a split, among some names or all."""
    own = output.losses[split]
    there = rivals(output, split, names)
    name, best = min(there.items(), key=lambda pair: float(pair[1].mean()))
    behind = own - best
    title = name.replace("_", " ")
    told = f"{named(output)} is {shown(output, own)}, and {shown(output, best)} of {title}"
    error = standard_error(behind, by_row=output.by_row)
    return Rival(title, float(best.mean()), float(behind.mean()), error, told)


def gap_of(output: OutputEvidence) -> Gap:
    """Return the gap between training rows and those that speak for new ones."""
    split = str(output.unseen(LEAST))
    own = output.losses
    scale = {name: float(output.constant[name].mean()) for name in (TRAIN, split)}
    shares = {name: 1 - float(own[name].mean()) / scale[name] for name in (TRAIN, split)}
    gaps = [
        float(one[split].mean()) / scale[split] - float(one[TRAIN].mean()) / scale[TRAIN]
        for name, one in output.baselines.items()
        if name in LINEAR and split in one and TRAIN in one
    ]
    errors = {
        name: standard_error(own[name], by_row=output.by_row) / scale[name]
        for name in (TRAIN, split)
    }
    difference = shares[TRAIN] - shares[split]
    excess = difference - max([0.0, *gaps])
    return Gap(
        split, shares[TRAIN], shares[split], excess, float(np.hypot(errors[TRAIN], errors[split]))
    )


def told(gap: Gap) -> str:
    """Return a gap in words."""
    return (
        f"{gap.train:.1%} of the training rows' variation is explained and {gap.unseen:.1%} of the "
        f"{gap.split} rows', {gap.excess:.2f} more than a linear model loses between them"
    )


def figures_of(gap: Gap) -> dict[str, float]:
    """Return a gap's figures by name."""
    return {
        "explained_train": gap.train,
        f"explained_{gap.split}": gap.unseen,
        "excess": gap.excess,
        "standard_error": gap.error,
    }


def numbers_to_learn(output: OutputEvidence) -> int:
    """Return how many targets the training rows have."""
    answers = output.answers.get(TRAIN)
    if answers is None or answers.target is None:
        return 0
    return int(answers.counted.sum() if answers.counted is not None else answers.target.size)


def without_gap(output: OutputEvidence) -> str | None:
    """Return why training rows and others cannot be compared."""
    split = output.unseen(LEAST)
    if TRAIN not in output.losses:
        return NOT_COMPARED
    if split is None or len(output.losses[TRAIN]) < LEAST:
        return f"fewer than {LEAST} rows were kept back"
    if min(float(output.constant[one].mean()) for one in (TRAIN, split)) <= 0:
        return "all rows have the same target"
    return None


def rivals(output: OutputEvidence, split: str, names: AbstractSet[str] | None) -> dict[str, Floats]:
    """Return what a split's rows cost baselines, those of some names or all."""
    every = output.baselines.items()
    return {
        name: one[split] for name, one in every if split in one and (names is None or name in names)
    }


def without_rival(
    output: OutputEvidence, split: str, names: AbstractSet[str] | None = None
) -> str | None:
    """Return why no baseline can be compared on a split."""
    if not output.losses:
        return NOT_COMPARED
    if len(output.losses.get(split, ())) < LEAST:
        return f"there are fewer than {LEAST} {split} rows"
    return None if rivals(output, split, names) else NO_BASELINE


def without_unseen_rival(output: OutputEvidence) -> str | None:
    """Return why no baseline can be compared on rows that were not learned from."""
    if not output.losses:
        return NOT_COMPARED
    split = output.unseen(LEAST)
    if split is None:
        return f"fewer than {LEAST} rows were kept back"
    return without_rival(output, split)


def named(output: OutputEvidence) -> str:
    """Return what rows are compared by."""
    if not isinstance(output.head, Numbers | Reconstruction):
        return "the share of wrong answers"
    return "MAE" if output.absolute else "RMSE"


def whole(output: OutputEvidence) -> str:
    """Return what the mean of losses is a part of."""
    if not isinstance(output.head, Numbers | Reconstruction):
        return "the rows"
    return "the target's deviation" if output.absolute else "the target's variance"


def shown(output: OutputEvidence, losses: Floats) -> str:
    """Return the mean of losses as people read it."""
    mean = float(losses.mean())
    if not isinstance(output.head, Numbers | Reconstruction):
        return f"{mean:.2%}"
    error = mean if output.absolute else mean**0.5
    if output.unit is None:
        return f"{error:.3f} of the targets' deviation"
    return show_figure(error * output.unit)
