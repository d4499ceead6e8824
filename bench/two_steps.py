"""Draws specs, wise and unwise ones, and trains two steps of each that the check calls fine.

What is called fine must neither raise in Keras, nor give NaN, nor leave a weight without gradient,
nor answer every row alike, nor measure a figure that no prediction changes:

    python bench/two_steps.py --count 2000 --seed 0

`--count` are specs that trained; those that the check refuses are counted beside them, and where
they are refused for their training alone, Keras trains them too, so that what it trains and we
refuse is shown (`refused, and Keras trains it`): it trains much that means nothing.
"""

import argparse
import gc
import os
import random
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from drawn_specs import ROWS, DrawnSpec, Given, draw_spec
from exceptions_of_two_steps import is_excepted
from results import record

from nnspec.document import parse_document
from nnspec.pipeline.check import Checked, check_document

WORDS = ("red", "green", "blue", "grey", "pink", "teal")
OPEN_AXIS = 13
"""Length of an axis that only the run tells."""
TRACED = 16
"""One spec in so many is trained by a compiled step; the others as it stands, which is quicker."""
REPEATS = 3
"""How often predictions and targets are drawn to see whether a figure moves."""
DRAWS = 3
"""How often weights and rows are drawn anew before something is held against a spec."""
TRAINING_CODES = ("M", "T", "P")
"""Families of codes that are about the training alone: Keras builds the network all the same."""


@dataclass
class Outcome:
    """What became of one spec.

    Attributes:
        kind: fine, warned or refused.
        codes: what the check said.
        wrong: what went wrong in Keras.
        trained: whether two steps were tried.
    """

    kind: str
    codes: tuple[str, ...] = ()
    wrong: list[str] = field(default_factory=list)
    trained: bool = False


def draw_inputs(shape: tuple[int | None, ...], given: Given, draw: np.random.Generator) -> Any:  # noqa: ANN401 - a tensor
    """Return two steps of rows of what an input takes."""
    import tensorflow as tf  # noqa: PLC0415 - a check needs none

    whole = (2 * ROWS, *(OPEN_AXIS if one is None else one for one in shape[1:]))
    match given.kind:
        case "words":
            return tf.constant(draw.choice(np.array(WORDS), whole))
        case "texts":
            texts = [" ".join(row) for row in draw.choice(np.array(WORDS), (whole[0], 5))]
            return tf.constant(texts, shape=whole)
        case "whole":
            return tf.constant(draw.integers(0, given.high, whole), tf.int32)
        case "bytes":
            return tf.constant(draw.integers(0, 256, whole), tf.float32)
    return tf.constant(draw.normal(0, 1, whole), tf.float32)


def draw_targets(targets: str, shape: tuple[int, ...], draw: np.random.Generator) -> Any:  # noqa: ANN401 - NumPy
    """Return targets of the kind that a loss takes, for outputs of a shape."""
    match targets:
        case "indices":
            return draw.integers(0, shape[-1], shape[:-1])
        case "one_hot" | "distribution":
            return np.eye(shape[-1])[draw.integers(0, shape[-1], shape[:-1])]
        case "zero_one":
            return draw.integers(0, 2, shape).astype(float)
        case "signed":
            return draw.choice([-1.0, 1.0], shape)
        case "non_negative":
            return draw.integers(0, 9, shape).astype(float)
    return draw.normal(0, 1, shape)


def draw_predictions(like: Any, draw: np.random.Generator) -> Any:  # noqa: ANN401 - NumPy
    """Return predictions of the range that a head was seen to give."""
    like = np.asarray(like, dtype=float)
    low, high = like.min(), like.max()
    if np.allclose(like.sum(axis=-1), 1) and like.shape[-1] > 1:
        raw = draw.gamma(0.3, 1.0, like.shape)
        return raw / raw.sum(axis=-1, keepdims=True)
    if low >= 0 and high <= 1:
        return draw.uniform(0, 1, like.shape)
    if low >= 0:
        return draw.gamma(1.0, 1.0, like.shape)
    return draw.normal(0, 1, like.shape)


def is_constant(tensor: Any) -> bool:  # noqa: ANN401 - a tensor
    """Return whether an output is the same for every row."""
    values = np.asarray(tensor, dtype=float)
    return bool(values.size and np.allclose(values, values[:1], rtol=1e-6, atol=1e-7))


class Trial:
    """Two steps of one spec in Keras, with data drawn for it."""

    def __init__(self, checked: Checked, drawn: DrawnSpec, seed: int) -> None:
        from nnspec.build.model import build_model  # noqa: PLC0415 - imports Keras
        from nnspec.build.training import compile_training  # noqa: PLC0415 - as above

        assert checked.spec
        assert checked.network
        assert checked.spec.training
        self.spec, self.network = checked.spec, checked.network
        self.training = checked.spec.training
        self.model = build_model(
            self.network, name="drawn", seed=seed, policy=self.spec.runtime.dtype_policy
        )
        compile_training(self.model, self.network, self.training, steps_per_epoch=2)
        self.model.run_eagerly = bool(seed % TRACED)
        self.draw = np.random.default_rng(seed)
        inputs = [
            draw_inputs(one.shape, drawn.inputs[node.name], self.draw)
            for node, one in zip(self.network.inputs, self.model.inputs, strict=True)
        ]
        self.inputs = inputs if len(inputs) > 1 else inputs[0]
        given = self.model(self.inputs, training=False)
        self.given = list(given) if isinstance(given, (list, tuple)) else [given]
        self.targets = self.draw_targets()

    def draw_targets(self) -> Any:  # noqa: ANN401 - arrays as Keras takes them
        """Return targets for each output; zeros where one is not trained."""
        loss = self.training.loss
        found = {}
        for output, tensor in zip(self.network.graph.outputs, self.given, strict=True):
            own = loss.get(output.name) if isinstance(loss, dict) else loss
            shape = tuple(tensor.shape)
            found[output.source.node] = draw_targets(own.targets if own else "", shape, self.draw)
        return found if len(found) > 1 else next(iter(found.values()))

    def train(self) -> dict[str, Any]:
        """Train a second step; return what is logged of both kinds of rows."""
        weights = self.training.class_weight
        by_class = {int(name): one for name, one in weights.items()} if weights else None
        if not self.model.run_eagerly:
            return self.fit(by_class)
        inputs, targets = self.rows(slice(ROWS))
        logs = self.model.train_on_batch(inputs, targets, class_weight=by_class, return_dict=True)
        return logs | {f"val_{name}": one for name, one in logs.items()}

    def rows(self, half: slice) -> tuple[Any, Any]:
        """Return some of the rows."""
        import keras  # noqa: PLC0415 - a check needs none

        return keras.tree.map_structure(lambda one: one[half], (self.inputs, self.targets))

    def fit(self, by_class: Mapping[int, float] | None) -> dict[str, Any]:
        """Train an epoch of two steps with `fit`, callbacks and all; return what was logged."""
        from nnspec.build.training import build_callbacks  # noqa: PLC0415 - imports Keras

        history = self.model.fit(
            self.inputs,
            self.targets,
            batch_size=ROWS,
            validation_data=(self.inputs, self.targets),
            callbacks=build_callbacks(self.training),
            class_weight=by_class,
            verbose=0,
        )
        return {name: figures[-1] for name, figures in history.history.items()}

    def step(self) -> Iterator[tuple[str, bool | None]]:
        """Train a first step; give each weight, and whether its gradient is 0; None: there is none.

        Scores of random rows differ; a gradient that is 0 for each of them is 0 everywhere.
        """
        import tensorflow as tf  # noqa: PLC0415 - a check needs none

        inputs, targets = self.rows(slice(None))
        with tf.GradientTape() as tape:
            outputs = self.model(inputs, training=True)
            value = self.model.compute_loss(inputs, targets, outputs)
        weights = [one for one in self.model.trainable_variables if one.value is not None]
        found = tape.gradient(value, [one.value for one in weights])
        for weight, gradient in zip(weights, found, strict=True):
            flat = None
            if gradient is not None:
                values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
                flat = not np.any(np.asarray(tf.cast(values, tf.float32)))
            yield weight.path, flat
        if all(one is not None for one in found):
            self.model.optimizer.apply(found, weights)

    def constant_outputs(self) -> Iterator[str]:
        """Give the outputs that are the same for every row, before the steps and after them."""
        given = self.model(self.inputs, training=False)
        now = list(given) if isinstance(given, (list, tuple)) else [given]
        for output, both in zip(
            self.network.graph.outputs, zip(self.given, now, strict=True), strict=True
        ):
            if all(map(is_constant, both)):
                yield output.name

    def constant_figures(self) -> Iterator[str]:
        """Give the metrics that random predictions of random targets do not change."""
        import tensorflow as tf  # noqa: PLC0415 - a check needs none

        seen: dict[str, set[float]] = {}
        for _ in range(REPEATS):
            drawn = [tf.constant(draw_predictions(one, self.draw), one.dtype) for one in self.given]
            predictions = drawn if len(drawn) > 1 else drawn[0]
            self.model.reset_metrics()
            targets = self.draw_targets()
            # What layers add to the loss is of a traced step until they are called again.
            self.model(self.inputs, training=False)
            self.model.compute_loss(self.inputs, targets, predictions)
            logs = self.model.compute_metrics(self.inputs, targets, predictions)
            for name, figure in logs.items():
                seen.setdefault(name, set()).add(float(figure))
        yield from (
            name for name, some in seen.items() if len(some) == 1 and not name.endswith("loss")
        )


def train_twice(checked: Checked, drawn: DrawnSpec, seed: int) -> Iterator[str]:
    """Give what goes wrong in two steps of a spec."""
    trial = Trial(checked, drawn, seed)
    gradients = dict(trial.step())
    if True in gradients.values():
        # What stands behind weights that begin at 0 learns from the second step on.
        again = dict(trial.step())
        gradients = {path: flat and again[path] for path, flat in gradients.items()}
    for path, flat in gradients.items():
        if flat is not False:
            yield f"{'no gradient' if flat is None else 'gradient 0'}: {path}"
    logs = trial.train()
    watched = [getattr(one, "monitor", "loss") for one in trial.training.callbacks]
    yield from (f"not logged: {name}" for name in watched if name not in logs)
    bad = [name for name, figure in logs.items() if not np.all(np.isfinite(figure))]
    yield from (f"not finite: {name}" for name in bad)
    yield from (f"the same for every row: {name}" for name in trial.constant_outputs())
    if trial.training.metrics and not bad:
        yield from (f"the same for any prediction: {name}" for name in trial.constant_figures())


def examine(drawn: DrawnSpec, seed: int, folder: Path, *, refused_too: bool) -> Outcome:
    """Return what the check says of a spec, and what goes wrong when it is trained."""
    checked = check_document(parse_document(drawn.text, "spec.yaml"), folder=folder)
    codes = tuple(dict.fromkeys(one.code for one in checked.diagnostics))
    outcome = Outcome("refused" if checked.refused else "warned" if codes else "fine", codes)
    if checked.refused and not (refused_too and is_about_training(checked)):
        return outcome
    outcome.trained = True
    try:
        outcome.wrong = try_seeds(checked, drawn, seed, 1 if codes else DRAWS)
    except Exception as error:  # noqa: BLE001 - whatever Keras raises is what is looked for
        outcome.wrong = [f"raised {type(error).__name__}: {str(error)[:400]}"]
    outcome.wrong = [one for one in outcome.wrong if not is_excepted(one, drawn.text)]
    return outcome


def is_about_training(checked: Checked) -> bool:
    """Return whether a spec was refused for its training alone, so that Keras builds it."""
    whole = checked.spec and checked.network and checked.spec.training
    return bool(whole) and all(one.code[0] in TRAINING_CODES for one in checked.diagnostics)


def try_seeds(checked: Checked, drawn: DrawnSpec, seed: int, draws: int) -> list[str]:
    """Return what goes wrong whatever the first weights and rows are.

    A relu may be dead for the few rows of one draw; what is wrong with a spec is so in each. A
    warned one is tried once: the warning says already that it may learn nothing.
    """
    import keras  # noqa: PLC0415 - the check alone needs none

    wrong: list[str] = []
    for number in range(draws):
        keras.utils.clear_session()
        # The libraries' own objects, hundreds of thousands, stay: no collection looks at them.
        gc.freeze()
        found = list(train_twice(checked, drawn, seed + number * 1_000_000))
        wrong = [one for one in found if one in wrong or not number]
        if not wrong:
            break
    return wrong


def main() -> int:
    """Draw and train; print what the check called fine and should not have."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--refused", action="store_true", help="show what is refused and trains")
    parser.add_argument("--keep", action="store_true", help="put the counts into bench/results")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    kinds: Counter[str] = Counter()
    missed, number = 0, arguments.seed
    with tempfile.TemporaryDirectory() as name:
        while kinds["fine"] + kinds["warned"] < arguments.count:
            drawn = draw_spec(random.Random(number))  # noqa: S311 - drawn specs, no secret
            outcome = examine(drawn, number, Path(name), refused_too=arguments.refused)
            number += 1
            kinds[outcome.kind] += 1
            if not number % 50:
                sys.stdout.write(f"{number}: {dict(kinds)}\n")
            missed += outcome.kind == "fine" and bool(outcome.wrong)
            trains = outcome.kind == "refused" and outcome.trained and not outcome.wrong
            kinds["refused, and Keras trains it"] += trains
            if outcome.wrong or (arguments.refused and trains):
                said = f"{outcome.kind} {' '.join(outcome.codes)}"
                sys.stdout.write(f"--- {number - 1} ({said}): {'; '.join(outcome.wrong)}\n")
                sys.stdout.write(f"{drawn.text}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{dict(kinds)}; of those called fine {missed} went wrong\n")
    if arguments.keep:
        seeds = {"first seed": arguments.seed, "last seed": number - 1}
        record("two-steps", [{**seeds, **kinds, "called fine and wrong": missed}])
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
