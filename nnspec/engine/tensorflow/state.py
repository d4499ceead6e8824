"""Floor 8, all that a training under way is made of, as named arrays.

With the order of rows, which is a function of seed and epoch, it decides every step to come: a
training that is taken up from it gives the bits of the one that was not interrupted.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np

from nnspec.build.keras_graph import carried_states, seed_states
from nnspec.engine.errors import WrongState
from nnspec.engine.snapshot import State
from nnspec.engine.tensorflow.examination import has_broken_weights


class ModelState:
    """The part of an executor that has to do with its model's variables alone."""

    def __init__(self, model: keras.Model) -> None:
        self.model = model

    def state(self) -> State:
        """Return weights, optimizer, metrics, seeds and what layers carry, as arrays by name."""
        return state_of(self.model)

    def restore(self, state: State) -> None:
        """Take up the training from a state.

        Raises:
            WrongState: it belongs to another network; nothing was changed.
        """
        put_state(self.model, state)

    def broken_already(self) -> bool:
        """Return whether a weight is NaN or infinite."""
        return has_broken_weights(self.model)

    def finish(self) -> None:
        """Let the optimizer write its averages over the weights, as `Model.fit` does at its end."""
        if isinstance(self.model.optimizer, keras.optimizers.Optimizer):
            self.model.optimizer.finalize_variable_values(self.model.trainable_weights)


def state_of(model: keras.Model) -> State:
    """Return the values of all variables of a model that is being trained, by name."""
    named = variables_by_name(model).items()
    return {name: np.array(keras.ops.convert_to_numpy(one.value)) for name, one in named}


def put_state(model: keras.Model, state: State) -> None:
    """Give all variables of a model the values of a state.

    Raises:
        WrongState: names, shapes or types differ; nothing was changed.
    """
    variables = variables_by_name(model)
    differing = _difference(variables, state)
    if differing is not None:
        raise WrongState(f"the state belongs to another network: {differing}")
    for name, variable in variables.items():
        variable.assign(state[name])


def variables_by_name(model: keras.Model) -> dict[str, keras.Variable]:
    """Return every variable of a compiled model whose optimizer and metrics are built.

    A name says what a variable is of and its number there: `weights/3/kernel`. Names of layers
    are left out, since Keras numbers those that have none through a whole process.
    """
    optimizer = model.optimizer
    parts: Mapping[str, Sequence[keras.Variable]] = {
        "weights": model.weights,
        "carried": carried_states(model),
        "seeds": seed_states(model),
        "metrics": model.metrics_variables,
        "optimizer": [] if optimizer is None else optimizer.variables,
    }
    named: dict[str, keras.Variable] = {}
    for part, variables in parts.items():
        for number, one in enumerate(variables):
            own = "" if part == "optimizer" else f"/{one.name}"
            named[f"{part}/{number}{own}"] = one
    return named


def _difference(variables: Mapping[str, keras.Variable], state: State) -> str | None:
    """Return what keeps a state from fitting, None where nothing does."""
    for name in variables.keys() | state.keys():
        if name not in state:
            return f'it has no "{name}"'
        if name not in variables:
            return f'it has "{name}", the network has not'
        found, expected = state[name], variables[name]
        if found.shape != tuple(expected.shape) or found.dtype != expected.dtype:
            return (
                f'"{name}" is {found.dtype} of shape {found.shape}, expected {expected.dtype} of '
                f"shape {tuple(expected.shape)}"
            )
    return None
