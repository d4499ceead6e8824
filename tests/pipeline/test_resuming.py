"""What a run is taken up from, what keeps it from being taken up, and what is said of it."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from resumed import cut, differing
from resumed_kinds import write_kind

import nnspec
from nnspec.diagnostics import Refused
from nnspec.run.folder import RunFolder
from nnspec.run.layout import MANIFEST, STATES

pytestmark = pytest.mark.keras


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Train once; give the whole run, and it as a kill leaves it once two states are written."""
    folder = tmp_path_factory.mktemp("left")
    whole, (copy,) = cut(write_kind(folder, "dropout"), (5,))
    yield whole, copy
    shutil.rmtree(folder)


@pytest.fixture
def killed(left: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(left[1], tmp_path / "cut"))


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def later(run: Path) -> Path:
    """Return the later one of the two states."""
    return max((run / one for one in STATES), key=lambda one: one.stat().st_mtime_ns)


def noted(run: Path) -> Any:
    return json.loads((run / MANIFEST).read_text())


def edit(run: Path, **changes: Any) -> None:
    (run / MANIFEST).write_text(json.dumps({**noted(run), **changes}))


def test_a_damaged_state_is_said_to_be_and_the_one_before_leads_to_the_same_bits(
    left: tuple[Path, Path], killed: Path
) -> None:
    damaged = later(killed)
    flip(damaged)
    with pytest.warns(UserWarning, match=f"checksum mismatch.*{damaged.name}.*the state before"):
        nnspec.resume(killed)
    assert differing(left[0], killed) == []
    (resumed,) = noted(killed)["resumed"]
    assert (resumed["epoch"], resumed["changes"]) == (1, [])


def test_every_damaged_file_of_a_run_is_named_when_its_figures_are_computed_anew(
    left: tuple[Path, Path], tmp_path: Path
) -> None:
    run = Path(shutil.copytree(left[0], tmp_path / "whole"))
    nnspec.evaluate(run)
    names = sorted(noted(run)["artefacts"])
    assert {"history.csv", "predictions.csv", "checkpoints/best.weights.h5"} < {*names}
    for name in names:
        flip(run / name)
    with pytest.raises(Refused) as refused:
        nnspec.evaluate(run)
    found = refused.value.diagnostics
    assert {one.code for one in found} == {"A101"}
    assert sorted(str(Path(one.file or "").relative_to(run)) for one in found) == names


@pytest.mark.slow
def test_a_run_without_a_whole_state_begins_anew(left: tuple[Path, Path], killed: Path) -> None:
    for name in STATES:
        flip(killed / name)
    with pytest.warns(UserWarning, match="begins anew: its states are damaged"):
        nnspec.resume(killed)
    assert differing(left[0], killed) == []


@pytest.mark.slow
def test_a_run_killed_before_its_first_state_begins_anew(
    left: tuple[Path, Path], killed: Path
) -> None:
    kept = noted(killed)["artefacts"]
    written = {name: one for name, one in kept.items() if "/" not in name}
    edit(killed, artefacts=written, weights={})
    with pytest.warns(UserWarning, match="begins anew: it was stopped before it had a state"):
        nnspec.resume(killed)
    assert differing(left[0], killed) == []


def test_changed_data_is_refused_and_nothing_is_written(
    left: tuple[Path, Path], killed: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_text((left[0].parents[1] / "table.csv").read_text().replace("0.1", "0.2"))
    origin = {**noted(killed)["spec"], "folder": str(tmp_path)}
    edit(killed, spec=origin)
    before = (killed / MANIFEST).read_bytes()
    with pytest.raises(Refused, match=r'the data ".*table.csv" has changed') as refused:
        nnspec.resume(killed)
    assert [one.code for one in refused.value.diagnostics] == ["A131"]
    assert (killed / MANIFEST).read_bytes() == before


@pytest.mark.slow
def test_a_change_that_was_allowed_stands_in_the_manifest(
    left: tuple[Path, Path], killed: Path, tmp_path: Path
) -> None:
    table = tmp_path / "table.csv"
    table.write_text((left[0].parents[1] / "table.csv").read_text().replace("0.1", "0.2"))
    edit(killed, spec={**noted(killed)["spec"], "folder": str(tmp_path)})
    nnspec.resume(killed, allow_changes=True)
    manifest = RunFolder.open(killed).manifest
    assert manifest.status == "complete"
    (change,) = manifest.resumed[0].changes
    assert change.startswith(f'the data "{table}" has changed')
    assert nnspec.evaluate(killed)


@pytest.mark.parametrize(
    ("overrides", "changes", "said"),
    [
        (["training.batch_size=16"], {}, "training.batch_size was 32 and is 16"),
        ([], {"versions": {"keras": "3.0.0"}}, r"keras was 3.0.0 and is \d"),
        ([], {"machine": "abacus, 1 threads"}, "the machine was abacus, 1 threads and is "),
    ],
    ids=["spec", "library", "machine"],
)
def test_what_has_changed_is_named(
    killed: Path, overrides: list[str], changes: dict[str, Any], said: str
) -> None:
    edit(killed, **changes)
    with pytest.raises(Refused, match=said) as refused:
        nnspec.resume(killed, overrides=overrides)
    assert [one.code for one in refused.value.diagnostics] == ["A131"]


def test_a_run_that_trains_for_longer_ends_as_if_it_had_been_asked_to_at_first(
    left: tuple[Path, Path], tmp_path: Path
) -> None:
    spec = left[0].parents[1] / "cut.yaml"
    short = nnspec.train(
        nnspec.load(spec, overrides=["training.epochs=2"]), runs=tmp_path, name="short"
    )
    with pytest.raises(Refused, match="has trained 2 epochs; 1 were asked for") as refused:
        nnspec.resume(short.folder, overrides=["training.epochs=1"])
    assert [one.code for one in refused.value.diagnostics] == ["A134"]
    assert nnspec.resume(short.folder).report.outputs == short.report.outputs
    longer = nnspec.resume(short.folder, overrides=["training.epochs=4"])
    assert longer.report.training.epochs == 4
    assert differing(left[0], short.folder) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("map", "begins anew: the radius of a map falls over all epochs"),
        ("averaged weights", "SwapEMAWeights has put averages"),
    ],
)
def test_what_a_longer_training_would_have_done_otherwise_begins_anew(
    kind: str, said: str, tmp_path: Path
) -> None:
    spec = write_kind(tmp_path, kind)
    whole = nnspec.train(spec, runs=tmp_path / "runs", name="whole").folder
    short = nnspec.load(spec, overrides=["training.epochs=2"])
    run = nnspec.train(short, runs=tmp_path / "runs", name="short").folder
    with pytest.warns(UserWarning, match=said):
        nnspec.resume(run, overrides=["training.epochs=4"])
    assert differing(whole, run) == []


def test_a_name_that_a_stopped_run_has_names_the_command_that_goes_on(
    left: tuple[Path, Path], killed: Path
) -> None:
    spec = left[0].parents[1] / "cut.yaml"
    with pytest.raises(Refused, match="holds the checkpoints of a killed run") as refused:
        nnspec.train(spec, runs=killed.parent, name=killed.name)
    assert f"nnspec train --resume {killed} goes on with it" in str(
        refused.value.diagnostics[0].hint
    )
