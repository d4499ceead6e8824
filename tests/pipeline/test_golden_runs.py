"""Runs of every release: this one goes on with them, and answers from them, as their own did.

tools/golden_runs.py records them; where it was done is left out, so that to go on is a change of
machine, which has to be allowed; other versions of the libraries are allowed with it.
"""

import csv
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import nnspec
from nnspec.diagnostics import Refused
from nnspec.pipeline.changes import completed
from nnspec.run.manifest import checksum

if TYPE_CHECKING:
    from nnspec.document import Plain

pytestmark = pytest.mark.keras

GOLDEN = Path(__file__).parents[1] / "golden" / "runs"
RELEASES = sorted(one.name for one in GOLDEN.iterdir() if one.is_dir())
ROUNDING = 1e-3
"""Relative difference of figures that other processors and versions of libraries may make."""


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Give the runs of a release in a folder of their own, beside their spec and its table."""
    folder = Path(shutil.copytree(GOLDEN / request.param, tmp_path / "runs"))
    for name in ("golden.yaml", "rows.csv"):
        shutil.copy(GOLDEN / name, tmp_path)
    return folder


def history(run: Path) -> Any:
    with (run / "history.csv").open() as file:
        names, *rows = csv.reader(file)
    return names, np.array([[float(one or "nan") for one in row] for row in rows])


def test_a_stopped_run_of_a_release_goes_on_to_where_its_own_would_have_come(release: Path) -> None:
    run, spec = release / "stopped", release.parent / "golden.yaml"
    begun = history(run)[1]
    with pytest.raises(Refused, match="does not go on as it began") as refused:
        nnspec.resume(run, spec=spec)
    (finding,) = refused.value.diagnostics
    named = finding.message.partition(": ")[2].split("; ")
    allowed = ("the machine was another machine and is ", "keras was ", "tensorflow was ", "numpy ")
    assert [one for one in named if not one.startswith(allowed)] == []
    nnspec.resume(run, spec=spec, allow_changes=True)
    record = json.loads((run / "run.json").read_text())
    assert record["status"] == "complete"
    assert list(record["resumed"][0]["changes"]) == named
    names, found = history(run)
    expected_names, expected = history(release / "finished")
    assert names == expected_names
    assert len(begun) < len(found)
    np.testing.assert_allclose(found, expected, rtol=ROUNDING)


def test_a_finished_run_of_a_release_answers_as_it_did(release: Path) -> None:
    run = release / "finished"
    answered = nnspec.predict(run, release.parent / "rows.csv").splitlines()
    found = {int(row): float(value) for row, value in csv.reader(answered[1:])}
    written = (run / "predictions.csv").read_text().splitlines()
    told = [(int(one["row"]), float(one["prediction"])) for one in csv.DictReader(written)]
    assert len(told) > 5
    for row, value in told:
        assert found[row] == pytest.approx(value, rel=ROUNDING)
    (listed,) = (one for one in nnspec.runs(release) if one.path.name == "finished")
    assert (listed.state, listed.problem) == ("complete", None)


def test_a_setting_that_a_release_did_not_know_yet_has_not_changed(release: Path) -> None:
    run = release / "stopped"
    text = (run / "spec.yaml").read_text()
    shorter = "\n".join(one for one in text.splitlines() if one.strip() != "shuffle: true") + "\n"
    assert len(shorter) < len(text)
    (run / "spec.yaml").write_text(shorter)
    record = json.loads((run / "run.json").read_text())
    record["artefacts"]["spec.yaml"] = {
        "sha256": checksum(shorter.encode()),
        "bytes": len(shorter),
    }
    record["spec"]["folder"] = str(release.parent)
    (run / "run.json").write_text(json.dumps(record))
    with pytest.raises(Refused) as refused:
        nnspec.resume(run)
    assert "shuffle" not in str(refused.value)
    with pytest.raises(Refused, match=r"training\.shuffle was True and is False"):
        nnspec.resume(run, overrides=["training.shuffle=false"])


def test_only_what_is_absent_is_completed() -> None:
    before: Plain = {"a": 1, "b": {"c": 2}, "d": [{"e": 1}, {"f": 2}], "g": [1]}
    filled: Plain = {
        "a": 3,
        "b": {"c": 4, "new": 5},
        "d": [{"e": 6, "new": 7}, {}],
        "g": [1, 2],
        "new": 8,
    }
    assert completed(before, filled) == {
        "a": 1,
        "b": {"c": 2, "new": 5},
        "d": [{"e": 1, "new": 7}, {"f": 2}],
        "g": [1],
        "new": 8,
    }
