"""One training told twice: as a spec for nnspec's own program, and by hand for `keras.Model.fit`.

The rows are drawn here and handed to `fit` as they were drawn; nnspec reads them from the file
that the spec names. The first weights are those that Keras draws from the spec's seed, so a
network that is built in another order than the spec's differs from the first step on.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import pytest
import yaml

from nnspec.build.training import build_callbacks
from nnspec.engine import train
from nnspec.pipeline.opened import open_spec, trainable_sections
from nnspec.pipeline.prepare import build_for_training, filled_splits, plan_of, weighted

Array = npt.NDArray[Any]
L = keras.layers

SEED = 3
ROWS, HELD_OUT = 45, 15
"""Training rows and those behind them for validation; 8 a batch leaves 5 and 7 for the last."""
BATCH = 8
EPOCHS = 2
EXECUTORS: Mapping[str, Mapping[str, str]] = {
    "graph": {"engine": "fused", "xla": "off"},
    "xla": {"engine": "fused", "xla": "required"},
    "keras": {"engine": "keras", "xla": "off"},
}
ONE_AND_THE_OTHERS = [
    name if name == "graph" else pytest.param(name, marks=pytest.mark.slow) for name in EXECUTORS
]
"""For tests that train once a case: the plain round trains by one executor."""


def usual_first(names: Iterable[str], usual: Collection[str]) -> list[Any]:
    """Return each name with each executor: the plain round trains usual ones, and by one."""
    known = list(names)
    assert set(usual) <= set(known), "a usual case is none"
    return [
        pytest.param(
            *(name, executor),
            marks=() if executor == "graph" and name in usual else pytest.mark.slow,
        )
        for name in known
        for executor in EXECUTORS
    ]


def draw_rows() -> dict[str, Array]:
    """Return columns of every kind, (rows, ...) each."""
    draw = np.random.default_rng(11)
    rows = ROWS + HELD_OUT
    x = draw.normal(size=(rows, 4)).astype("float32")
    y = x @ np.array([1.0, -2.0, 0.5, 0.1], "float32")
    steps = draw.normal(size=(rows, 5, 3)).astype("float32")
    steps[::3, 3:] = 0.0
    return {
        "x": x,
        "left": x[:, :2],
        "right": x[:, 2:],
        "y": y,
        "z": (np.sin(x[:, 0]) + 2).astype("float32"),
        "noise": draw.normal(size=rows).astype("float32"),
        "count": np.floor(np.exp(x[:, 1])).astype("float32"),
        "two": np.where(y > 0.3, 1, 0),
        "kind": np.digitize(y, [-1.0, 1.0]),
        "tokens": draw.integers(0, 9, size=(rows, 6)),
        "steps": steps,
        "image": draw.normal(size=(rows, 6, 6, 1)).astype("float32"),
        "weight": np.linspace(0.1, 3.0, rows).astype("float32"),
    }


COLUMNS = draw_rows()


@dataclass(frozen=True)
class Case:
    """One training.

    Attributes:
        model: the spec's model section.
        network: the same network in Keras, uncompiled.
        compile: what `compile` is called with, made anew for each training.
        training: the spec's training section, without batch, epochs and order.
        data: the spec's data section beside source, scales and split.
        x: the inputs, by column or columns of the rows.
        y: the targets, as `fit` takes them.
        fit: further arguments of `fit`, made anew for each training.
        policy: dtype policy of the network.
        weights: column of weights of rows.
    """

    model: Any
    network: Callable[[], keras.Model]
    compile: Callable[[], dict[str, Any]]
    training: Mapping[str, Any]
    data: Mapping[str, Any]
    x: Any
    y: Any
    fit: Callable[[], dict[str, Any]] = dict
    policy: str = "float32"
    weights: str | None = None
    batch: int = BATCH
    epochs: int = EPOCHS
    held_out: bool = True
    rows: Mapping[str, Array] = field(default_factory=lambda: COLUMNS)


@dataclass(frozen=True)
class Learnt:
    """What a training led to."""

    before: list[Array]
    weights: list[Array]
    history: dict[str, list[float]]
    rate: float
    """The learning rate after the last step."""


def spec_text(case: Case, executor: str) -> str:
    """Return the case as a spec."""
    runtime = {"seed": SEED, "dtype_policy": case.policy, **EXECUTORS[executor]}
    share = HELD_OUT / (ROWS + HELD_OUT) if case.held_out else 0
    weights = {"sample_weight": case.weights} if case.weights else {}
    data = {
        "source": "rows.npz",
        "scaling": "none",
        "target_scaling": "none",
        "split": {"validation": share, "test": 0, "method": "time"},
        **weights,
        **case.data,
    }
    training = {"batch_size": case.batch, "epochs": case.epochs, "shuffle": False, **case.training}
    return yaml.safe_dump(
        {
            "nnspec": 1,
            "data": data,
            "model": case.model,
            "training": training,
            "runtime": runtime,
        },
        sort_keys=False,
    )


def from_spec(case: Case, executor: str, folder: Path) -> Learnt:
    """Train the case's spec with nnspec's own program."""
    np.savez(folder / "rows.npz", **case.rows)  # type: ignore[arg-type]
    path = folder / "case.yaml"
    path.write_text(spec_text(case, executor))
    keras.utils.clear_session()  # so that Keras numbers names as in a fresh process
    opened = open_spec(path)
    spec, dataset = opened.spec, opened.dataset
    rows = len(dataset.splits["train"])
    program = build_for_training(spec, opened.network, dataset.fitted, rows=rows)
    splits = filled_splits(program, dataset)
    before = weights_of(program.core)
    outcome = train(
        program.core,
        weighted(spec, program, splits["train"]),
        splits.get("validation"),
        plan_of(spec),
        build_callbacks(trainable_sections(spec).training),
    )
    return Learnt(before, weights_of(program.core), dict(outcome.history), rate_of(program.core))


def by_fit(case: Case) -> Learnt:
    """Train the case with `keras.Model.fit`."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(SEED)
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(case.policy)
    try:
        model = case.network()
    finally:
        keras.config.set_dtype_policy(before)
    first = weights_of(model)
    model.compile(**case.compile())
    model.optimizer.build(model.trainable_variables)
    shown = taken(case, slice(ROWS))
    held_out = {"validation_data": taken(case, slice(ROWS, None))} if case.held_out else {}
    history = model.fit(
        *shown[:2],
        sample_weight=shown[2] if case.weights else None,
        batch_size=case.batch,
        epochs=case.epochs,
        shuffle=False,
        verbose=0,
        **held_out,
        **case.fit(),
    ).history
    return Learnt(first, weights_of(model), history, rate_of(model))


def taken(case: Case, rows: slice) -> tuple[Any, ...]:
    """Return x, y and, if there are any, the weights of some rows, as `fit` takes them."""

    def pick(what: Any) -> Any:
        match what:
            case str():
                return case.rows[what][rows]
            case dict():
                return {name: pick(one) for name, one in what.items()}
            case list():
                return [pick(one) for one in what]
            case _:
                return what[rows]

    x, y = pick(case.x), pick(case.y)
    return (x, y, case.rows[case.weights][rows]) if case.weights else (x, y)


def weights_of(model: keras.Model) -> list[Array]:
    """Return the weights in float64, in the order of the layers."""
    return [np.asarray(one, dtype="float64") for one in model.get_weights()]


def rate_of(model: keras.Model) -> float:
    """Return the learning rate after the last step."""
    return float(model.optimizer.learning_rate)


def difference(left: list[Array], right: list[Array]) -> float:
    """Return how far weights are apart, relative to their size."""
    assert [one.shape for one in left] == [one.shape for one in right]
    apart = max(float(np.abs(one - other).max()) for one, other in zip(left, right, strict=True))
    return apart / max(float(np.abs(one).max()) for one in right)
