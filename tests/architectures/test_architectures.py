"""The shipped architectures: known networks, written down, with the published numbers."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnspec.network.fill import hash_model, render_spec
from nnspec.network.summary import summarize
from nnspec.pipeline.check import Checked, check

Read = Callable[..., Checked]
ROOT = Path(__file__).parents[2]

ARCHITECTURES = ROOT / "specs" / "architectures"
FILES = sorted(ARCHITECTURES.glob("*.yaml"))
PUBLISHED = {
    "lenet5": 61_706,
    "vgg16": 138_357_544,
    "resnet50": 25_636_712,
    "inception_v3": 23_851_784,
    "densenet121": 8_062_504,
    "mobilenet_v2": 3_538_984,
    "xception": 22_910_480,
    "unet": 31_030_658,
    "fcn_time_series": 265_474,
    "resnet_time_series": 505_154,
}
"""Parameters as the papers, or Keras' own networks, have them."""


def test_all_of_them_are_there() -> None:
    assert len(FILES) == 15


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_architecture_is_read_without_a_warning(file: Path) -> None:
    checked = check(file)
    assert [one.message for one in checked.diagnostics if one.severity != "note"] == []
    assert checked.spec is not None
    assert checked.spec.name == file.stem


@pytest.mark.parametrize("name", PUBLISHED)
def test_an_architecture_has_the_published_number_of_parameters(name: str) -> None:
    found = summarize(check(ARCHITECTURES / f"{name}.yaml").accept()[1])
    assert found.trainable is not None
    assert found.frozen is not None
    assert found.trainable + found.frozen == PUBLISHED[name]


@pytest.mark.parametrize("name", ["resnet50", "densenet121"])
def test_repetition_and_nested_blocks_keep_a_deep_network_short(name: str) -> None:
    lines = (ARCHITECTURES / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 60
    assert len(check(ARCHITECTURES / f"{name}.yaml").accept()[1].nodes) > 100


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_filling_an_architecture_twice_changes_nothing(file: Path, read: Read) -> None:
    spec, network = check(file).accept()
    filled = render_spec(spec, network)
    again = read(filled, folder=file.parent).accept()
    assert render_spec(*again) == filled
    assert hash_model(again[1]) == hash_model(network)


def test_the_summary_needs_no_keras(tmp_path: Path) -> None:
    for name in ("keras", "tensorflow", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise ModuleNotFoundError(name=__name__)\n")
    file = ARCHITECTURES / "resnet50.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "nnspec", "summary", str(file)],
        env=os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "parameters: 25,636,712 (25,583,592 trainable, 53,120 not trainable)" in done.stdout
