"""The competitive layer in Keras: prototypes as weights, distances as answers."""

from typing import Any

import keras

from nnspec.build.lattice import Lattice, Topology


@keras.saving.register_keras_serializable("nnspec")
class SelfOrganizingMap(keras.layers.Layer):  # type: ignore[misc]  # Keras is untyped
    """Gives the distance of each row from each prototype, computed in double precision.

    What is nearest must not depend on how a graph rounds: a row has one cluster in training, in
    `predict` and in the SavedModel.
    """

    def __init__(
        self,
        grid: int | tuple[int, int],
        topology: Topology = "rectangular",
        initialization: str = "components",
        seed: int | None = None,
        **more: Any,  # noqa: ANN401 - name, trainable, dtype, as Keras takes them
    ) -> None:
        super().__init__(autocast=False, **more)
        self.grid, self.topology = grid, topology
        self.initialization, self.seed = initialization, seed

    @property
    def lattice(self) -> Lattice:
        """Return the grid on which the prototypes lie."""
        rows, columns = (1, self.grid) if isinstance(self.grid, int) else self.grid
        return Lattice(rows, columns, self.topology)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the prototypes; the training rows say later where they begin."""
        shape = (self.lattice.units, input_shape[-1])
        self.prototypes = self.add_weight(shape=shape, name="prototypes", initializer="zeros")

    def call(self, inputs: Any) -> Any:  # noqa: ANN401 - tensors of any backend
        """Return (batch, units) distances of (batch, features) rows."""
        rows = keras.ops.cast(inputs, "float64")
        points = keras.ops.cast(self.prototypes, "float64")
        squares = (
            keras.ops.sum(rows * rows, axis=1, keepdims=True)
            - 2.0 * keras.ops.matmul(rows, keras.ops.transpose(points))
            + keras.ops.sum(points * points, axis=1)
        )
        return keras.ops.cast(keras.ops.sqrt(keras.ops.maximum(squares, 0.0)), self.variable_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return what the layer is made from."""
        own = {
            "grid": self.grid,
            "topology": self.topology,
            "initialization": self.initialization,
            "seed": self.seed,
        }
        return {**super().get_config(), **own}


def map_of(model: keras.Model) -> SelfOrganizingMap | None:
    """Return the map that a network ends with, None where it ends with another layer."""
    last = model.layers[-1]
    return last if isinstance(last, SelfOrganizingMap) else None
