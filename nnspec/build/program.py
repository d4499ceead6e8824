"""The compiled program: front, core and backs, which take raw columns to predictions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import keras
import tensorflow as tf

from nnspec.build.back import PROBABILITIES, Back, build_back
from nnspec.build.batches import apply_core
from nnspec.build.calibration import Calibrations
from nnspec.build.clusters import ClusterBack
from nnspec.build.competitive import map_of
from nnspec.build.connections import match_inputs, takes_scores
from nnspec.build.front import Front, build_front, prepare_arrays, prepare_inputs
from nnspec.build.model import build_model
from nnspec.build.objects import step
from nnspec.build.withheld import withhold
from nnspec.data import Arrays, Dataset, Preprocessing, RowSource, SplitName, Table
from nnspec.data.fit.needs import losses_by_output
from nnspec.data.table import Values
from nnspec.network.network import Network
from nnspec.rules.head import find_head
from nnspec.spec.spec import Spec

Given = TypeVar("Given")


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """The three parts, and how their tensors are named.

    Attributes:
        core: the network of the spec; takes the front's tensors by the names of its inputs.
        backs: by output name; outputs that are not trained have none.
        inputs: name that the front gives a tensor -> name of the core's input.
        outputs: output name of the spec -> output name of the core.
    """

    fitted: Preprocessing
    front: Front
    core: keras.Model
    backs: Mapping[str, Back]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]

    def __call__(self, columns: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Return the answers for raw columns by their own names, as the SavedModel gives them.

        Rows with cells that no answer can come from get NaN, or an empty label (`withhold`).
        One output: `prediction` and, for classes, `probabilities`, for numbers what stands beside
        them (`lower`, `upper`); several: the same with the output's name (`prediction_price`).
        """
        cells, taken = self.front.read(columns)
        return self.answer(self.front(cells), taken)

    def answer(self, prepared: Mapping[str, tf.Tensor], taken: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the answers for what the front gives; none for rows that are not `taken`."""
        inputs = {self.inputs[name]: one for name, one in prepared.items() if name in self.inputs}
        left = apply_core(self.core, [inputs[one.name] for one in self.core.inputs])
        outputs = dict(zip(self.core.output_names, left, strict=True))
        several = len(self.backs) > 1
        return {
            f"{key}_{name}" if several else key: as_vector(key, tensor)
            for name, back in self.backs.items()
            for key, tensor in withhold(back(outputs[self.outputs[name]]), taken).items()
        }

    def deciding(self, thresholds: Mapping[str, tuple[float, ...]]) -> "Program":
        """Return the program whose outputs answer with second classes above these probabilities."""
        backs = {
            name: back.deciding(thresholds[name])
            for name, back in self.backs.items()
            if name in thresholds
        }
        return replace(self, backs={**self.backs, **backs})

    def answers_by_threshold(self, output: str) -> bool:
        """Return whether an output gives 0 or 1 and nothing between: the step function."""
        layer = self.core.get_layer(self.outputs[output])
        return getattr(layer, "activation", None) is step

    def calibrated(self, calibrations: Calibrations) -> "Program":
        """Return the program that answers with what was fitted on validation rows, and no other."""
        backs = {name: back.calibrated(calibrations.get(name)) for name, back in self.backs.items()}
        return replace(self, backs=backs)

    def arrays(self, dataset: Dataset, split: SplitName) -> Arrays:
        """Return one split as the core and its losses take it, by the core's names."""
        arrays = prepare_arrays(self.front, dataset, split)
        targets = {self.outputs[name]: values for name, values in arrays.targets.items()}
        return replace(arrays, inputs=self.by_core(arrays.inputs), targets=targets)

    def features(self, table: RowSource[Table]) -> dict[str, Values]:
        """Return raw feature columns as the core takes them."""
        return self.by_core(prepare_inputs(self.front, table))

    def by_core(self, inputs: Mapping[str, Given]) -> dict[str, Given]:
        """Return the front's tensors, or facts about them, by the core's inputs."""
        return {self.inputs[name]: values for name, values in inputs.items() if name in self.inputs}


def as_vector(key: str, tensor: Any) -> Any:  # noqa: ANN401 - TensorFlow is untyped
    """Return a prediction of one unit, and what stands beside it, as (batch,)."""
    lone = key != PROBABILITIES and tensor.shape.rank == 2 and tensor.shape[-1] == 1  # noqa: PLR2004 - (batch, 1)
    return tf.squeeze(tensor, axis=-1) if lone else tensor


def build_program(spec: Spec, network: Network, fitted: Preprocessing) -> Program:
    """Return the program of a spec, its weights drawn anew.

    Args:
        spec: says seed, dtype policy, and which losses take logits.
        network: resolved with the tensors that the fitted front gives.
        fitted: the preprocessing.
    """
    runtime = spec.runtime
    core = build_model(network, name=spec.name, seed=runtime.seed, policy=runtime.dtype_policy)
    outputs = {output.name: output.source.node for output in network.graph.outputs}
    losses = losses_by_output(spec.training, tuple(outputs)) if spec.training else {}
    backs: dict[str, Back] = {
        output.name: build_back(
            fitted,
            output.name,
            from_logits=takes_scores(losses[output.name], find_head(network, output)),
        )
        for output in network.graph.outputs
        if output.name in losses
    }
    layer = map_of(core)
    if layer is not None and spec.training is not None:
        backs = {one: ClusterBack(fitted.targets[one], layer.lattice) for one in outputs}
    return Program(fitted, build_front(fitted), core, backs, match_inputs(network, fitted), outputs)
