"""A finished run as an ONNX file: raw columns in by their names, the SavedModel's answers out."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf

from nnspec.commands import main
from nnspec.run.folder import RunFolder

pytestmark = pytest.mark.keras

SPEC = """nnspec: 1
name: houses
data:
  source: houses.csv
  target: {target}
  split: {{validation: 0.2, test: 0.2, seed: 1}}
  missing: median
  columns:
    "Wohn fläche": {{numeric: {{scaling: quantile}}}}
    Kind: {{category: {{missing: own, encoding: one_hot}}}}
    rooms: {{category: {{encoding: one_hot, missing: most_frequent}}}}
    dist: {{numeric: {{num_bins: 4, encoding: piecewise_linear}}}}
    when: {{numeric: {{indicator: true}}}}
    prediction: {{numeric: {{scaling: log, num_bins: 5, encoding: piecewise_linear}}}}
    "Höhe [m]":
      numeric: {{scaling: minmax, bin_boundaries: [0, 1.0e-15, 9], encoding: piecewise_linear}}
model:
  - Dense: {{units: 8, activation: {activation}}}
  - BatchNormalization
  - Dropout: 0.2
  - Dense: {head}
training:
  optimizer: Adam
  loss: {loss}
  epochs: 2
  batch_size: 16
runtime: {{seed: 3}}
"""
NUMBERS = {"target": "Price €", "activation": "gelu", "head": "1", "loss": "mse"}
CLASSES = {
    "target": "sold",
    "activation": "tanh",
    "head": "{units: 2, activation: softmax}",
    "loss": "sparse_categorical_crossentropy",
}
OTHER: dict[str, Any] = {"sold": "ja", "Price €": 200_000.0}
"""A cell of the column that is a feature where the other one is the target."""
EXPORT = ("export", "runs/houses", "--format", "onnx", "-o", "houses.onnx")


def write_table(folder: Path) -> None:
    random = np.random.default_rng(0)
    kinds = ["old town", "villa", "Flat", "NA", ""]
    rows = []
    for number in range(90):
        area = random.uniform(30, 200)
        rows.append(
            {
                "Wohn fläche": "" if number % 11 == 0 else f"{area:.2f}",
                "Kind": kinds[number % 5],
                "rooms": str(number % 4 + 1),
                "dist": f"{random.exponential(3):.3f}",
                "when": "" if number % 13 == 0 else str(1_700_000_000 + 37 * number),
                "prediction": f"{random.lognormal(2):.3f}",
                "Höhe [m]": str(number % 10 + 0.5),
                "lift": ["yes", "no"][number % 2],
                "Price €": f"{area * 3000 + random.normal(0, 100):.1f}",
                "sold": ["ja", "nein"][int(area > 100)],
            }
        )
    with (folder / "houses.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def trained(folder: Path, said: dict[str, str]) -> Path:
    write_table(folder)
    (folder / "spec.yaml").write_text(SPEC.format(**said), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        assert run("train", "spec.yaml", "--name", "houses") == 0
    return folder


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("numbers"), NUMBERS)


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return trained(tmp_path_factory.mktemp("classes"), CLASSES)


def odd_cells(other: str) -> dict[str, list[Any]]:
    """Return cells that no table of training rows has, some of which have no answer."""
    fine: dict[str, Any] = {
        "Wohn fläche": 80.0,
        "Kind": "villa",
        "rooms": "2",
        "dist": 1.5,
        "when": 1_700_000_500.0,
        "prediction": 7.0,
        "Höhe [m]": 4.25,
        "lift": "yes",
        other: OTHER[other],
    }
    odd: list[dict[str, Any]] = [
        {},
        {"Kind": "  old town "},
        {"Kind": "\u3000\told town\n"},
        {"Kind": "old  town"},
        {"Kind": "castle"},
        {"Kind": "NA"},
        {"Kind": ""},
        {"Kind": "   "},
        {"Kind": "old town hall in the park"},
        {"rooms": "2.00"},
        {"rooms": " 3"},
        {"rooms": "-1"},
        {"Wohn fläche": np.nan},
        {"Wohn fläche": np.inf},
        {"Wohn fläche": -1e30},
        {"Wohn fläche": 1e39},
        {"dist": 1e5},
        {"dist": -4.0},
        {"dist": -1e25},
        {"when": np.nan},
        {"prediction": 0.0},
        {"prediction": -3.0},
        {"Höhe [m]": -2000.0},  # near by its scale, but beyond what the narrow bin can say
        {"lift": " no"},
        {"lift": "perhaps"},
    ]
    return {name: [{**fine, **row}[name] for row in odd] for name in fine}


def answers_of_both(folder: Path, other: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the answers of the ONNX file and of the run's SavedModel to odd cells."""
    session = onnxruntime.InferenceSession(str(folder / "houses.onnx"))
    held = {one.key: one.value for one in onnx.load(folder / "houses.onnx").metadata_props}
    columns = json.loads(held["nnspec.columns"])
    loaded = tf.saved_model.load(str(folder / "runs" / "houses" / "model"))
    cells = {name: many for name, many in odd_cells(other).items() if name in columns}
    types = {"tensor(string)": object, "tensor(double)": np.float64, "tensor(float)": np.float32}
    kinds = {one.name: types[one.type] for one in session.get_inputs()}
    arrays = {name: np.asarray(many, kinds[columns[name]]) for name, many in cells.items()}
    expected = loaded.serve({name: tf.constant(one) for name, one in arrays.items()})
    names = [one.name for one in session.get_outputs()]
    found = session.run(None, {columns[name]: one for name, one in arrays.items()})
    return dict(zip(names, found, strict=True)), {k: v.numpy() for k, v in expected.items()}


@pytest.mark.parametrize(
    ("kind", "other"),
    [("numbers", "sold"), pytest.param("classes", "Price €", marks=pytest.mark.slow)],
)
def test_odd_cells_are_answered_as_the_saved_model_answers_them(
    kind: str, other: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder: Path = request.getfixturevalue(kind)
    monkeypatch.chdir(folder)
    assert run(*EXPORT) == 0
    onnx.checker.check_model(onnx.load(folder / "houses.onnx"), full_check=True)
    found, expected = answers_of_both(folder, other)
    assert set(found) == set(expected)
    for key, one in expected.items():
        if one.dtype == object:
            texts = [cell.decode() for cell in one.tolist()]
            assert found[key].tolist() == texts
            continue
        assert (np.isnan(found[key]) == np.isnan(one)).all(), key
        both = ~np.isnan(found[key]) & ~np.isnan(one)
        scale = np.abs(one[both]).max()
        assert np.abs(found[key] - one)[both].max() <= 1e-5 * scale
    assert np.isnan(found[next(key for key in found if found[key].dtype != object)]).any()


def test_a_run_is_exported_and_compared_without_tensorflow(numbers: Path) -> None:
    program = (
        "import sys; sys.modules['tensorflow'] = sys.modules['keras'] = None; "
        "from nnspec.commands import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *EXPORT, "--check"],
        cwd=numbers,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "on 18 rows its answers differ by at most" in done.stdout
    kept = RunFolder.open(numbers / "runs" / "houses").manifest.exports["onnx"]
    assert kept.rows == 18
    assert kept.mean <= kept.largest <= 1e-5
    assert kept.bytes == (numbers / "houses.onnx").stat().st_size


def test_a_file_that_answers_otherwise_than_the_run_is_not_kept(
    numbers: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(numbers)
    with RunFolder.open(Path("runs/houses"), writing=True) as folder:
        before = folder.read("predictions.csv")
        header, *rows = before.decode().splitlines()
        place = header.split(",").index("prediction")
        cells = rows[0].split(",")
        cells[place] = str(float(cells[place]) * 1.01)
        folder.write("predictions.csv", "\n".join([header, ",".join(cells), *rows[1:], ""]))
    assert run(*EXPORT[:-1], "other.onnx") == 3
    assert "A107" in capsys.readouterr().err
    assert not Path("other.onnx").exists()
    with RunFolder.open(Path("runs/houses"), writing=True) as folder:
        folder.write("predictions.csv", before)


@pytest.mark.parametrize(
    ("package", "flags"),
    [
        ("onnx", ()),
        pytest.param("onnxruntime", ("--check",), marks=pytest.mark.slow),
        pytest.param("h5py", (), marks=pytest.mark.slow),
    ],
)
def test_what_is_not_installed_is_named_with_the_command_that_installs_it(
    numbers: Path, package: str, flags: tuple[str, ...]
) -> None:
    program = (
        f"import sys; sys.modules['{package}'] = None; "
        "from nnspec.commands import main; main(sys.argv[1:])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *EXPORT[:-1], "absent.onnx", *flags],
        cwd=numbers,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert f"{package} is not installed" in done.stderr
    assert "pip install 'nnspec[onnx]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (numbers / "absent.onnx").exists()
