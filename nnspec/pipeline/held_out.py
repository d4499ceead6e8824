"""Rows that a training did not see, as the run answers them, and how good answers to them are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, assert_never

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from nnspec.build.answer_keys import DISTANCE, PREDICTION, PROBABILITIES
from nnspec.build.program import Program, as_vector
from nnspec.data import SPLITS, Dataset, SplitName, Table
from nnspec.data.table import Values
from nnspec.engine import predict
from nnspec.engine.tensorflow.masks import find_masks
from nnspec.judge.answers import Answers, Truth, class_answers, label_answers, number_answers
from nnspec.judge.decision import decided
from nnspec.judge.heads import (
    ClassPerPosition,
    Clusters,
    Head,
    Numbers,
    OneClass,
    Reconstruction,
    SeveralLabels,
    Unjudged,
)
from nnspec.judge.metrics import measure
from nnspec.judge.program import describe_heads
from nnspec.judge.settled import Settled
from nnspec.judge.truths import cut_to, known_truth
from nnspec.pipeline.finished import Finished
from nnspec.pipeline.opened import read_data
from nnspec.pipeline.raw_cells import raw_arrays

Array = npt.NDArray[Any]
MOST_ROWS = 1000
"""Rows on which a written file is compared with the run, at most."""
MASKED_AT_ONCE = 256
"""Rows whose masks are found at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Held-out rows of a run.

    Attributes:
        split: where they are from: test, or what there is.
        features: their raw cells.
        inputs: what the network is given for them, by the core's names.
        answers: what the run answers, as its SavedModel names it.
    """

    run: Finished
    dataset: Dataset
    split: SplitName
    features: Table
    inputs: Mapping[str, Values]
    answers: Mapping[str, Array]

    def raw(self) -> dict[str, Array]:
        """Return raw columns by their own names, in the types that an exported program takes."""
        return raw_arrays(self.features, self.run.program.fitted)

    def placed(self) -> dict[str, Array]:
        """Return what the network is given by the places of its inputs, "0", "1" ..."""
        names = [one.name for one in self.run.program.core.inputs]
        return {str(place): self.inputs[name] for place, name in enumerate(names)}

    def decode(self, left: Mapping[str, Array]) -> dict[str, Array]:
        """Return the answers that stand for what left a network, by the places of its outputs."""
        names = self.run.program.core.output_names
        return decode(self.run.program, {name: left[str(one)] for one, name in enumerate(names)})

    def figure(self, answers: Mapping[str, Array]) -> tuple[str, float] | None:
        """Return the first figure of the first output for some answers, by its name.

        None where nothing is measured, or an answer is NaN.
        """
        program = self.run.program
        head = next(iter(describe_heads(program)))
        suffix = f"_{head.name}" if len(program.backs) > 1 else ""
        own = {
            key.removesuffix(suffix): one for key, one in answers.items() if key.endswith(suffix)
        }
        if any(one.dtype.kind == "f" and not np.isfinite(one).all() for one in own.values()):
            return None
        if isinstance(head, Clusters):
            return "quantization_error", float(own[DISTANCE].mean())
        judged = self._judged(head, own)
        settled = self.run.settled or Settled()
        judged = decided(head, judged, settled.decisions.get(head.name))
        found = {name: value for name, value in measure(head, judged).items() if value is not None}
        name = next(iter(found), None)
        return None if name is None else (name, float(found[name]))

    def _judged(self, head: Head, own: Mapping[str, Array]) -> Answers:
        """Return answers with the targets of their rows."""
        rows = self.dataset.splits[self.split].rows[: self.features.rows]
        truth = self._truth(head)
        match head:
            case Numbers() | Reconstruction():
                return number_answers(rows, own[PREDICTION], truth)
            case OneClass() | ClassPerPosition():
                return class_answers(rows, own[PROBABILITIES], head.classes, truth)
            case SeveralLabels():
                return label_answers(rows, own[PROBABILITIES], head.classes, truth)
            case Unjudged() | Clusters():
                return number_answers(rows, own[PREDICTION])
            case _:
                assert_never(head)

    def _truth(self, head: Head) -> Truth:
        """Return what is known of the rows for one output."""
        program, count = self.run.program, self.features.rows
        known = known_truth(program, head, self.dataset, self.split)
        masks = find_masks(program.core, dict(self.inputs), MASKED_AT_ONCE)
        counted = None if known.counted is None else known.counted[:count]
        counted = cut_to(head, masks.get(program.outputs[head.name]), counted)
        target = None if known.target is None else known.target[:count]
        return replace(known, target=target, counted=counted)


def hold_out(run: Finished) -> HeldOut:
    """Return rows of a run that its training did not see, or those that it saw if there are none.

    Raises:
        Refused: its data cannot be read again.
    """
    dataset = read_data(run.spec, run.network, allow_outside=True)
    split = next(name for name in reversed(SPLITS) if len(dataset.splits[name]))
    features = dataset.splits[split].features.take(slice(0, MOST_ROWS))
    inputs = run.program.features(features)
    answers = decode(run.program, predict(run.program.core, inputs))
    return HeldOut(run, dataset, split, features, inputs, answers)


def decode(program: Program, outputs: Mapping[str, Array]) -> dict[str, Array]:
    """Return the answers that stand for what left the core, by its outputs' names.

    What leaves an output that was not trained stands beside them as it is.
    """
    several = len(program.backs) > 1
    with tf.device("CPU"):
        found = {
            f"{key}_{name}" if several else key: as_vector(key, tensor).numpy()
            for name, back in program.backs.items()
            for key, tensor in back(tf.constant(outputs[program.outputs[name]])).items()
        }
    judged = {program.outputs[name] for name in program.backs}
    return found | {name: one for name, one in outputs.items() if name not in judged}
