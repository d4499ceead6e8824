"""What docs/serving.md shows is what a service does, and what TensorFlow Serving would be given."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from asking import Asking, serving

import nnspec
from nnspec.commands.serving import Serving, limits_of
from nnspec.serving.limits import MIB, Limits

pytestmark = pytest.mark.keras

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
NUMBER = re.compile(r"-?\d+\.\d+(e-?\d+)?")
ASKED = [text for language, text in BLOCKS if language == "sh" and text.startswith("curl")]
ANSWERED = [text for language, text in BLOCKS if language == "json"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    spec = nnspec.load(
        ROOT / "specs" / "diabetes.yaml",
        overrides=["training.epochs=1", "training.callbacks=[]", "evaluation.baselines=false"],
    )
    return nnspec.train(spec, runs=tmp_path_factory.mktemp("runs")).folder


@pytest.fixture(scope="module")
def asking(run: Path) -> Iterator[Asking]:
    with serving(run) as found:
        yield found


@pytest.mark.parametrize("place", range(len(ASKED)))
@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_a_request_that_is_shown_is_answered_as_shown(asking: Asking, place: int) -> None:
    command = ASKED[place].replace("127.0.0.1:8000", f"127.0.0.1:{asking.port}")
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert NUMBER.sub("#", told.stdout) == NUMBER.sub("#", ANSWERED[place].strip())


def test_the_program_that_is_shown_runs(asking: Asking) -> None:
    pytest.importorskip("geventhttpclient")
    pytest.importorskip("tritonclient.http")
    (program,) = [text for language, text in BLOCKS if language == "python"]
    found: dict[str, Any] = {}
    exec(program.replace("127.0.0.1:8000", f"127.0.0.1:{asking.port}"), found)  # noqa: S102 - our own page
    assert np.isfinite(found["prediction"]).all()


def test_the_request_that_is_shown_fits_the_savedmodel_and_is_answered_alike(
    run: Path, asking: Asking, tmp_path: Path
) -> None:
    nnspec.export(run, tmp_path / "models" / "diabetes" / "1")
    body = json.loads(ASKED[1].split("-d '")[1].strip().removesuffix("'"))
    (row,) = body["instances"]
    loaded = tf.saved_model.load(str(tmp_path / "models" / "diabetes" / "1"))
    signature = loaded.signatures["serving_default"]
    assert set(signature.structured_input_signature[1]) == set(row)
    answer = signature(**{name: tf.constant([cell]) for name, cell in row.items()})
    told = asking.predict(**body).told["predictions"]
    assert told == pytest.approx(answer["prediction"].numpy().tolist(), rel=1e-5)


def test_the_limits_that_are_listed_are_those_that_hold() -> None:
    limits = limits_of(Serving(Path("run")))
    assert limits == Limits()
    shown = [
        f"`--max-body` | {limits.body // MIB} MiB",
        f"`--max-rows` | {limits.rows:,} rows",
        f"`--queue` | {limits.queue} requests under way, and {limits.held // MIB} MiB",
        f"`--batch`, `--wait` | {limits.batch:,} rows together; {limits.wait * 1000:.0f} ms",
        f"within {limits.receive:.0f} seconds gets 408",
        f"`--drain` seconds ({limits.drain:.0f})",
    ]
    assert [one for one in shown if one not in PAGE] == []
