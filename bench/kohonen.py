"""Maps beside minisom: seconds and quantization errors of the same passes over the same rows.

`python bench/kohonen.py` draws 100,000 rows of 16 numbers around 12 centres, trains a 20 x 20 map
by the batch rule and by the online rule, and minisom as long; `--rows`, `--features`, `--side` and
`--epochs` say otherwise. All begin on the plane of the two principal components.
"""

import argparse
import time
from typing import Any

import keras
import numpy as np
from minisom import MiniSom
from results import record

from nnspec.build.competitive import SelfOrganizingMap
from nnspec.catalog.kohonen import Kohonen
from nnspec.data.arrays import Arrays
from nnspec.engine import Plan, rank, train

CENTRES = 12
BATCH = 1024
Rows = np.ndarray[Any, np.dtype[np.float32]]


def drawn(rows: int, features: int) -> Rows:
    """Return rows around centres."""
    random = np.random.default_rng(0)
    centres = 2 * random.normal(size=(CENTRES, features))
    found = centres[random.integers(0, CENTRES, rows)] + random.normal(size=(rows, features))
    return found.astype(np.float32)


def ours(rows: Rows, side: int, epochs: int, rule: Kohonen) -> tuple[float, float]:
    """Return the seconds of a training, tracing and compiling included, and its error."""
    entered = keras.Input((rows.shape[1],), name="x")
    model = keras.Model(entered, SelfOrganizingMap((side, side), name="map")(entered))
    begun = time.perf_counter()
    train(model, Arrays({"x": rows}, {}), None, Plan(BATCH, epochs, rule=rule))
    seconds = time.perf_counter() - begun
    return seconds, float(rank(model, {"x": rows}).distance.mean())


def theirs(rows: Rows, side: int, epochs: int) -> tuple[float, float]:
    """Return the same of minisom."""
    units = MiniSom(side, side, rows.shape[1], sigma=side / 2, learning_rate=0.5, random_seed=0)
    units.pca_weights_init(rows)
    begun = time.perf_counter()
    units.train(rows, epochs * len(rows), random_order=True)
    seconds = time.perf_counter() - begun
    away = [
        units.quantization_error(rows[start : start + 5000]) for start in range(0, len(rows), 5000)
    ]
    return seconds, float(np.mean(away))


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("rows", 100_000), ("features", 16), ("side", 20), ("epochs", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    rows = drawn(asked.rows, asked.features)
    figures: list[dict[str, Any]] = []
    for method in ("batch", "online"):
        rule = Kohonen.model_validate({"method": method})
        seconds, error = ours(rows, asked.side, asked.epochs, rule)
        figures.append({"who": f"nnspec, {method}", "seconds": seconds, "error": error})
        print(figures[-1], flush=True)
    seconds, error = theirs(rows, asked.side, asked.epochs)
    for one in figures:
        one["times_faster"] = seconds / one["seconds"]
        one["error_beside"] = one["error"] / error
        print(
            one["who"],
            f"{one['times_faster']:.1f}x",
            f"error {one['error_beside']:.3f} of minisom's",
        )
    figures.append({"who": "minisom", "seconds": seconds, "error": error})
    record("kohonen", [vars(asked), *figures])


if __name__ == "__main__":
    main()
