"""The back of a map: distances from its units to the nearest one and its place."""

import tensorflow as tf

from nnspec.build.answer_keys import CLUSTER, DISTANCE, MAP_COLUMN, MAP_ROW
from nnspec.build.back import Back
from nnspec.build.calibrated import Calibration
from nnspec.build.lattice import Lattice
from nnspec.data.fit.fitted import TargetFit


class ClusterBack(Back):
    """Distances (batch, units) in, the nearest unit of each row out, (batch,) each.

    Of units that are equally near it is the first.
    """

    def __init__(self, target: TargetFit, lattice: Lattice) -> None:
        super().__init__(target)
        self.lattice = lattice

    def calibrated(self, calibration: Calibration | None) -> "ClusterBack":
        """Return this back: nothing about clusters is fitted on validation rows."""
        assert calibration is None, "clusters have no probabilities and no intervals"
        return self

    @tf.autograph.experimental.do_not_convert  # type: ignore[untyped-decorator]
    def __call__(self, output: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the answers for what left the network."""
        cluster = tf.argmin(output, axis=-1, output_type=tf.int64)
        columns = tf.constant(self.lattice.columns, tf.int64)
        return {
            CLUSTER: cluster,
            DISTANCE: tf.reduce_min(output, axis=-1),
            MAP_ROW: cluster // columns,
            MAP_COLUMN: cluster % columns,
        }
