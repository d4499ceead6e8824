"""The shipped specs as a person writes them with Keras: what `nnspec train` is held against.

    python bench/handwritten.py diabetes --epochs 45 --weights /tmp/diabetes.weights.h5

Each has the data, the preprocessing, the network and the callbacks of its spec; the training ends
with the weights on the disk. Nothing is imported that the script at hand does not use.
"""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests" / "pipeline")]

# ruff: noqa: E402, PLC0415 - the path comes first, and a script imports only what it uses
import keras
import numpy as np
from handwritten import HANDWRITTEN

Parts = tuple[Any, Any, Any, Any]
"""Training inputs, validation inputs, training targets, validation targets."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a person writes around a network."""

    load: Callable[[], Parts]
    optimizer: Callable[[], keras.optimizers.Optimizer]
    loss: str
    metrics: Callable[[], list[Any]]
    patience: int
    batch: int = 32
    reduces_rate: bool = False


def bundled(name: str, *, test: float, classes: bool, validation: float = 0.15) -> Parts:
    """Return one of scikit-learn's tables, standardized on its training rows."""
    from sklearn import datasets
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    x, y = getattr(datasets, f"load_{name}")(return_X_y=True)
    rest_x, _, rest_y, _ = train_test_split(
        x, y, test_size=test, random_state=0, stratify=y if classes else None
    )
    share = validation / (1 - test)
    train_x, held_x, train_y, held_y = train_test_split(
        rest_x, rest_y, test_size=share, random_state=0, stratify=rest_y if classes else None
    )
    scaler = StandardScaler().fit(train_x)
    left, right = scaler.transform(train_x), scaler.transform(held_x)
    if classes:
        return left, right, train_y, held_y
    mean, deviation = train_y.mean(), train_y.std()
    return left, right, (train_y - mean) / deviation, (held_y - mean) / deviation


def digits() -> Parts:
    """Return scikit-learn's digits between 0 and 1, (rows, 8, 8)."""
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    found = datasets.load_digits()
    x, y = found.images / 16, found.target
    rest_x, _, rest_y, _ = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)
    parts = train_test_split(rest_x, rest_y, test_size=0.125, random_state=0, stratify=rest_y)
    return tuple(parts)


def digits_to_themselves() -> Parts:
    """Return the digits, and the digits again as what is to be reconstructed."""
    train_x, held_x, _, _ = digits()
    return train_x, held_x, train_x, held_x


def sunspots() -> Parts:
    """Return windows of 24 years of sunspots and the year after each."""
    import polars as pl

    file = ROOT / "specs" / "data" / "sunspots.csv"
    series = pl.read_csv(file)["sunspots"].to_numpy().astype("float32")
    train, held = round(len(series) * 0.65), round(len(series) * 0.8)
    mean, deviation = series[:train].mean(), series[:train].std()
    scaled = (series - mean) / deviation
    windows = np.lib.stride_tricks.sliding_window_view(scaled, 24)[:-1, :, None]
    targets = scaled[24:]
    split, end = train - 24, held - 24
    return windows[:split], windows[split:end], targets[:split], targets[split:end]


def windows_to_themselves() -> Parts:
    """Return windows of sunspots, and the windows again as what is to be reconstructed."""
    train_x, held_x, _, _ = sunspots()
    return train_x, held_x, train_x, held_x


def auto_mpg() -> Parts:
    """Return the measures, standardized, and the origin as a number."""
    import polars as pl
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    table = pl.read_csv(ROOT / "specs" / "data" / "auto_mpg.csv", infer_schema_length=None)
    names = sorted(table["origin"].unique())
    origin = np.array([names.index(one) + 1 for one in table["origin"]])[:, None]
    columns = (
        "cylinders displacement horsepower weight acceleration model_year".split()  # noqa: SIM905 - a row of names
    )
    measures, mpg = table.select(columns).to_numpy(), table["mpg"].to_numpy()
    rest, _ = train_test_split(np.arange(len(mpg)), test_size=0.2, random_state=0)
    train, held = train_test_split(rest, test_size=0.15 / 0.8, random_state=0)
    scaler = StandardScaler().fit(measures[train])
    mean, deviation = mpg[train].mean(), mpg[train].std()
    inputs = [[scaler.transform(measures[rows]), origin[rows]] for rows in (train, held)]
    targets = [(mpg[rows] - mean) / deviation for rows in (train, held)]
    return inputs[0], inputs[1], targets[0], targets[1]


def table(file: str) -> Parts:
    """Return an archive's rows, standardized on the training rows, a tenth held back twice."""
    with np.load(file) as archive:
        x, y = archive["x"], archive["y"]
    order = np.random.default_rng(0).permutation(len(x))
    train, held = np.split(order, [int(0.8 * len(x)), int(0.9 * len(x))])[:2]
    left, right = (
        (one - x[train].mean(axis=0)) / x[train].std(axis=0) for one in (x[train], x[held])
    )
    mean, deviation = y[train].mean(), y[train].std()
    return left, right, (y[train] - mean) / deviation, (y[held] - mean) / deviation


def mlp() -> keras.Model:
    """8-64-BatchNormalization-Dropout-32-1."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(64, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.2),
            layers.Dense(32, activation="relu"),
            layers.Dense(1),
        ]
    )


def adam(rate: float) -> Callable[[], keras.optimizers.Optimizer]:
    """Return what makes Adam with this learning rate."""
    return lambda: keras.optimizers.Adam(rate)


def errors() -> list[Any]:
    """Return the metrics of a regression."""
    return [keras.metrics.RootMeanSquaredError(), keras.metrics.R2Score(), "mae"]


def errors_alone() -> list[Any]:
    """Return the metrics of the series and the autoencoder."""
    return [keras.metrics.RootMeanSquaredError(), "mae"]


SCRIPTS = {
    "diabetes": Script(
        lambda: bundled("diabetes", test=0.15, classes=False),
        lambda: keras.optimizers.RMSprop(1e-3, rho=0.9),
        "mse",
        errors,
        20,
    ),
    "breast_cancer": Script(
        lambda: bundled("breast_cancer", test=0.2, classes=True),
        adam(2e-3),
        "binary_crossentropy",
        lambda: ["accuracy", keras.metrics.AUC()],
        15,
    ),
    "wine": Script(
        lambda: bundled("wine", test=0.25, classes=True),
        adam(5e-3),
        "sparse_categorical_crossentropy",
        lambda: ["accuracy"],
        20,
        batch=16,
    ),
    "digits": Script(
        digits,
        adam(1e-3),
        "sparse_categorical_crossentropy",
        lambda: ["accuracy"],
        15,
        reduces_rate=True,
    ),
    "digits_autoencoder": Script(digits_to_themselves, adam(2e-3), "mse", errors_alone, 10),
    "digits_denoising": Script(digits_to_themselves, adam(2e-3), "mse", errors_alone, 8),
    "sunspots_autoencoder": Script(
        windows_to_themselves, adam(5e-3), "mse", errors_alone, 25, batch=16
    ),
    "sunspots": Script(sunspots, adam(5e-3), "mse", errors_alone, 25, batch=16),
    "sunspots_bidirectional": Script(sunspots, adam(5e-3), "mse", errors_alone, 25, batch=16),
    "auto_mpg": Script(auto_mpg, adam(2e-3), "mse", errors, 20),
}


def main() -> None:
    """Train one of them."""
    reader = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    reader.add_argument("name", choices=[*SCRIPTS, "mlp"])
    reader.add_argument("--epochs", type=int, required=True)
    reader.add_argument("--patience", type=int, help="of early stopping; the spec's if absent")
    reader.add_argument("--weights", required=True, help="the file to write at the end")
    reader.add_argument("--table", help="the MLP's rows")
    asked = reader.parse_args()
    drawn = Script(lambda: table(asked.table), adam(1e-3), "mse", errors_alone, 20)
    script = drawn if asked.name == "mlp" else SCRIPTS[asked.name]
    train_x, held_x, train_y, held_y = script.load()
    keras.utils.set_random_seed(0)
    model = mlp() if asked.name == "mlp" else HANDWRITTEN[asked.name]()
    model.compile(script.optimizer(), script.loss, metrics=script.metrics())
    model.fit(
        train_x,
        train_y,
        validation_data=(held_x, held_y),
        batch_size=script.batch,
        epochs=asked.epochs,
        callbacks=callbacks(script, asked.patience or script.patience),
        verbose=0,
    )
    model.save_weights(asked.weights)


def callbacks(script: Script, patience: int) -> list[keras.callbacks.Callback]:
    """Return the callbacks of the spec."""
    stop = keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True)
    if script.reduces_rate:
        return [keras.callbacks.ReduceLROnPlateau(patience=5, factor=0.5), stop]
    return [stop]


if __name__ == "__main__":
    main()
