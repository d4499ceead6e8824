"""Runs as evidence: sound ones of numbers, classes and a series, and one for each fault."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from nnspec.judge.answers import Answers, Floats, Truth, class_answers, number_answers
from nnspec.judge.checks.evidence import (
    ColumnCells,
    Course,
    Evidence,
    LayerGradient,
    OutputEvidence,
    Probe,
    UnitTrace,
)
from nnspec.judge.checks.losses import constant_losses, row_losses, unit_of
from nnspec.judge.heads import Head, Numbers, OneClass

ROWS = {"train": 400, "validation": 120, "test": 120}
EPOCHS = 60
PRICE = Numbers("price", ("price",))
SICK = OneClass("sick", ("sick",), ("no", "yes"))
Planted = Callable[[], Evidence]
Given = Mapping[str, Floats]


def draws(seed: int = 0) -> dict[str, np.random.Generator]:
    """Return a source of numbers for each split."""
    return {split: np.random.default_rng([seed, place]) for place, split in enumerate(ROWS)}


def decay(floor: float, *, pace: float = 0.15, noise: float = 0.004, seed: int = 0) -> Floats:
    """Return a loss that falls towards a floor and settles there, (epochs,)."""
    epochs = np.arange(EPOCHS)
    shaken = 1 + noise * np.random.default_rng(seed).normal(size=EPOCHS)
    curve: Floats = (floor + (1 - floor) * np.exp(-pace * epochs)) * shaken
    return curve


def course(**changes: Floats) -> Course:
    """Return a training that settled, or another one."""
    curves = {"loss": decay(0.3), "val_loss": decay(0.35, seed=1)} | changes
    return Course(curves, EPOCHS)


def probe(**idle: list[float]) -> Probe:
    """Return a network whose units work and whose gradients pass."""
    shares = {"first": [0.4, 0.5, 0.6, 1.0], "second": [0.5, 0.5]} | idle
    units = tuple(UnitTrace(name, "relu", np.array(one)) for name, one in shares.items())
    norms = (
        LayerGradient("first", 0.02, 3.0, frozenset({"second", "last"})),
        LayerGradient("second", 0.03, 2.0, frozenset({"last"})),
        LayerGradient("last", 0.04, 1.0),
    )
    return Probe(256, 0.3, units, norms)


def judged(
    head: Head,
    answers: Mapping[str, Answers],
    baselines: Mapping[str, Mapping[str, Answers]],
    *,
    by_row: bool = True,
) -> OutputEvidence:
    """Return an output with what its rows cost."""
    return OutputEvidence(
        head,
        answers,
        row_losses(head, answers, answers, absolute=False),
        {name: row_losses(head, one, answers, absolute=False) for name, one in baselines.items()},
        constant_losses(head, answers, absolute=False),
        by_row=by_row,
        unit=unit_of(head, answers),
    )


def numbers(predicted: Given, target: Given, beside: Given | None = None) -> Evidence:
    """Return a run of numbers: answers, targets and what ridge answers, split by split."""
    return evidence(
        judged(
            PRICE,
            in_rows(predicted, target),
            {"ridge": in_rows(beside, target)} if beside else {},
        ),
        columns_beside(),
    )


def in_rows(predicted: Given, target: Given) -> dict[str, Answers]:
    """Return numbers as answers, whose rows are numbered on from split to split."""
    found: dict[str, Answers] = {}
    first = 0
    for split, one in predicted.items():
        rows = np.arange(first, first + len(one))
        found[split] = number_answers(rows, one, Truth(target[split]))
        first += len(one)
    return found


def evidence(output: OutputEvidence, columns: Mapping[str, ColumnCells]) -> Evidence:
    """Return a sound run around an output."""
    return Evidence(course(), (output,), columns, 200, None, probe())


def columns_beside() -> dict[str, ColumnCells]:
    """Return two columns that have nothing to do with anything, and one that has some."""
    random = draws(7)
    known = signals()
    size = {split: one + 30 * random[split].normal(size=len(one)) for split, one in known.items()}
    age = {split: random[split].normal(size=len(one)) for split, one in known.items()}
    town = {split: random[split].choice(["a", "b"], len(one)) for split, one in known.items()}
    return {
        "size": ColumnCells("number", size),
        "age": ColumnCells("number", age),
        "town": ColumnCells("class", town),
    }


def signals(scale: float = 30.0) -> dict[str, Floats]:
    """Return what can be known of targets, split by split."""
    return {split: scale * one.normal(size=ROWS[split]) for split, one in draws(1).items()}


def noises(scale: float = 15.0, seed: int = 2) -> dict[str, Floats]:
    """Return what nobody can know of them."""
    return {split: scale * one.normal(size=ROWS[split]) for split, one in draws(seed).items()}


def plus(first: Given, second: Given, share: float = 1.0) -> dict[str, Floats]:
    """Return sums, split by split."""
    return {split: one + share * second[split] for split, one in first.items()}


TARGET = plus(signals(), noises())
NEAR = plus(signals(), noises(3.0, seed=3))
FAR = plus(signals(), noises(18.0, seed=4))


def sound() -> Evidence:
    """Return a run that nothing is wrong with: better than ridge, settled, unbiased."""
    return numbers(NEAR, TARGET, FAR)


def classes(chance: Given, there: Given, beside: Given | None = None) -> Evidence:
    """Return a run of two classes: probabilities of the second, and whether it is there."""
    labels = {split: np.where(one > 0, "yes", "no") for split, one in there.items()}

    def answers(shares: Given) -> dict[str, Answers]:
        return {
            split: class_answers(np.arange(len(one)), one, SICK.classes, Truth(labels[split]))
            for split, one in shares.items()
        }

    baselines = {"logistic_regression": answers(beside)} if beside else {}
    return evidence(judged(SICK, answers(chance), baselines), columns_beside())


def chances(slope: float = 1.0) -> dict[str, Floats]:
    """Return probabilities from 0 to 1; a steeper slope is surer than is true."""
    scores = {split: 1.5 * one.normal(size=ROWS[split]) for split, one in draws(5).items()}
    return {split: 1 / (1 + np.exp(-slope * one)) for split, one in scores.items()}


def drawn(shares: Given) -> dict[str, Floats]:
    """Return 1 where a class is there, which it is as often as its probability says."""
    random = draws(6)
    return {
        split: (random[split].uniform(size=len(one)) < one).astype(np.float64)
        for split, one in shares.items()
    }


def sound_classes() -> Evidence:
    """Return a run of two classes whose probabilities are true; a coin stands beside it."""
    coin = {split: np.full(ROWS[split], 0.49) for split in ROWS}
    return classes(chances(), drawn(chances()), coin)


def series(share: float) -> Evidence:
    """Return a run over a series whose residuals go along with the one before by a share."""
    residual = noises()
    for values in residual.values():
        for place in range(1, len(values)):
            values[place] += share * values[place - 1]
    target = plus(NEAR, residual)
    found = numbers(NEAR, target)
    output = replace(found.outputs[0], by_row=False)
    return replace(found, outputs=(output,), step=1)


def with_course(**curves: Floats) -> Evidence:
    """Return a sound run with other curves."""
    return replace(sound(), course=course(**curves))


def with_probe(seen: Probe) -> Evidence:
    """Return a sound run with another network."""
    return replace(sound(), probe=seen)


def with_column(name: str, column: ColumnCells, run: Evidence | None = None) -> Evidence:
    """Return a sound run with a column more."""
    run = run or sound()
    return replace(run, columns={**run.columns, name: column})


def overfit() -> Evidence:
    """Return a run whose training rows are learned by heart, noise and all."""
    by_heart = plus(signals(), noises(), 0.9)
    off = plus(signals(), noises(28.0, seed=8))
    return numbers({**off, "train": by_heart["train"]}, TARGET, FAR)


def ignoring() -> Evidence:
    """Return a run that never answers with the rarer class."""
    rare = {split: 0.4 * one for split, one in chances().items()}
    return classes(rare, drawn(rare))


def graded(slope: float) -> Evidence:
    """Return a run of classes whose probabilities are that much too sure."""
    return classes(chances(slope), drawn(chances()))


def bent() -> Evidence:
    """Return a run whose residuals are a bow over a column."""
    column = {split: one.uniform(-1, 1, ROWS[split]) for split, one in draws(9).items()}
    bow = {split: 60 * one**2 for split, one in column.items()}
    return with_column("bow", ColumnCells("number", column), numbers(NEAR, plus(TARGET, bow), FAR))


def drifted(shift: float) -> Evidence:
    """Return a run with a column that lies elsewhere in the test rows."""
    cells = {split: one.normal(size=ROWS[split]) for split, one in draws(10).items()}
    return with_column("day", ColumnCells("number", {**cells, "test": cells["test"] + shift}))


def leaking(known: Given) -> Evidence:
    """Return a run with a column that is what is known, but for some noise."""
    cells = plus(known, noises(0.5, seed=11))
    return with_column("invoice", ColumnCells("number", cells))


def small_lead() -> Evidence:
    """Return a run that leads surely and by little, with epochs that differ by more."""
    close = plus(TARGET, noises(16.0, seed=12))
    closer = plus(TARGET, noises(16.0, seed=12), 0.0) | {
        split: TARGET[split] + 0.96 * (close[split] - TARGET[split]) for split in ROWS
    }
    run = numbers(closer, TARGET, close)
    return replace(run, course=course(val_loss=decay(0.35, noise=0.08)))


def exact() -> Evidence:
    """Return a run that is all but exact, whose epochs therefore differ by many times its loss."""
    return replace(
        numbers(plus(TARGET, noises(1e-6, seed=12)), TARGET, FAR),
        course=course(val_loss=decay(1e-12) + 1e-11 * np.abs(jumping())),
    )


def rising() -> Floats:
    """Return a loss that falls and then rises for the rest of the training."""
    return decay(0.35) + 0.006 * np.maximum(0, np.arange(EPOCHS) - 12)


def jumping() -> Floats:
    """Return a loss that does not settle."""
    return 0.5 + 0.3 * np.random.default_rng(3).uniform(-1, 1, EPOCHS)


def vanished() -> Probe:
    """Return a network whose first layer gets no gradient."""
    first, second, last = probe().gradients
    return replace(probe(), gradients=(replace(first, gradient=1e-8), second, last))


def saturated(share: float) -> Probe:
    """Return a network with a layer of tanh that stands at its ends so often."""
    units = UnitTrace("state", "tanh", np.array([share, share, 0.1]))
    return replace(probe(), units=(units,))


FAULTY: dict[str, Planted] = {
    "C104": overfit,
    "C105": lambda: with_course(val_loss=rising()),
    "C106": lambda: numbers(FAR, TARGET, NEAR),
    "C107": lambda: numbers(FAR, TARGET, NEAR),
    "C108": lambda: numbers(NEAR, TARGET, plus(signals(), noises(3.0, seed=13))),
    "C109": lambda: numbers({**NEAR, "test": FAR["test"] + 10}, TARGET, FAR),
    "C110": lambda: with_course(val_loss=decay(0.1, pace=0.02)),
    "C111": lambda: with_course(val_loss=decay(0.35)[::-1] + 0.1 * np.arange(EPOCHS)),
    "C112": lambda: with_course(loss=jumping()),
    "C113": lambda: with_course(loss=decay(0.1, pace=0.005, noise=1e-5)),
    "C114": lambda: with_probe(probe(second=[1.0, 0.3])),
    "C115": lambda: with_probe(saturated(0.95)),
    "C116": lambda: with_probe(vanished()),
    "C117": lambda: with_probe(
        replace(probe(), gradients=(LayerGradient("first", 900.0, 3.0), *probe().gradients[1:]))
    ),
    "C118": lambda: numbers({split: 1e-3 * one for split, one in NEAR.items()}, TARGET, FAR),
    "C119": ignoring,
    "C120": lambda: graded(4.0),
    "C121": bent,
    "C122": lambda: series(0.8),
    "C123": lambda: leaking(TARGET),
    "C124": lambda: drifted(1.0),
    "C125": lambda: replace(overfit(), parameters=5000),
    "C126": small_lead,
}
"""Code -> the run that has its fault."""
FINE: dict[str, Planted] = {
    "C115": lambda: with_probe(saturated(0.5)),
    "C119": sound_classes,
    "C120": lambda: graded(1.0),
    "C122": lambda: series(0.0),
    "C123": lambda: leaking(signals()),
    "C124": lambda: drifted(0.1),
    "C125": lambda: replace(sound(), parameters=5000),
    "C126": exact,
}
"""Code -> the run that comes near it and is sound; `sound` where there is none."""
