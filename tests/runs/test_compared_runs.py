"""What differs between runs, by path, beside what differs in their figures."""

import json
from pathlib import Path
from shutil import rmtree
from statistics import stdev

import pytest
from made_runs import make_run, rewrite, write_spec

import nnspec
from nnspec.commands import main
from nnspec.pipeline.runs.settings import differing, flatten


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    spec = write_spec(tmp_path / "specs")
    folder = tmp_path / "runs"
    make_run(folder / "a", spec, rmse=2.0)
    make_run(
        folder / "b", spec, rmse=5.0, overrides=("training.optimizer=SGD", "model.1.Dense.units=4")
    )
    for seed, rmse in ((1, 2.5), (2, 3.0)):
        seeds = (f"runtime.seed={seed}", f"data.split.seed={seed}")
        make_run(folder / f"a-{seed}", spec, rmse=rmse, overrides=seeds)
    return folder


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    return capsys.readouterr().out


def test_settings_that_differ_stand_under_their_layers_names(runs: Path) -> None:
    found = nnspec.compare(runs / "a", runs / "b").settings
    assert found["model.dense.units"] == [8, 4]
    assert found["training.optimizer"] == ["Adam", "SGD"]
    assert not [key for key in found if "beta_1" in key], "the class says it"


def test_a_spread_is_that_of_runs_which_differ_in_nothing_but_the_seed(
    runs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = nnspec.compare(runs / "a", runs / "b").spreads
    assert second is None
    assert first is not None
    assert set(first.runs) == {"a", "a-1", "a-2"}
    expected = stdev([2.0, 2.5, 3.0])
    assert first.deviations["dense_1", "test", "rmse"] == pytest.approx(expected)
    out = printed(capsys, "compare", str(runs / "a"), str(runs / "b"))
    assert "the test RMSE differs by 3.000: 6.0 times the spread of seeds" in out
    out = printed(capsys, "compare", str(runs / "a"), str(runs / "a-1"))
    assert out.startswith("the runs differ in nothing but their seeds\n")
    assert "times the spread" not in out, "they are the spread"


def test_two_seeds_have_a_spread_and_one_has_none(runs: Path) -> None:
    rmtree(runs / "a-2")
    (first, _) = nnspec.compare(runs / "a", runs / "b").spreads
    assert first is not None
    assert first.deviations["dense_1", "test", "rmse"] == pytest.approx(stdev([2.0, 2.5]))
    rmtree(runs / "a-1")
    assert nnspec.compare(runs / "a", runs / "b").spreads == (None, None)


def test_runs_on_other_data_are_no_spread(runs: Path) -> None:
    for name in ("a-1", "a-2"):
        rewrite(runs / name, data=f"the data of {name}")
    assert nnspec.compare(runs / "a", runs / "a-1").spreads == (None, None)
    assert "data" in nnspec.compare(runs / "a", runs / "a-1").facts


def test_versions_that_differ_are_told(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite(runs / "a", versions={"keras": "3.14.0"})
    rewrite(runs / "b", versions={"keras": "3.15.1"})
    told = json.loads(
        printed(capsys, "compare", "--format", "json", *(str(runs / one) for one in "ab"))
    )
    assert told["besides"]["keras"] == {"a": "3.14.0", "b": "3.15.1"}
    (figure,) = [
        one for one in told["figures"] if (one["split"], one["metric"]) == ("test", "rmse")
    ]
    assert figure["values"] == {"a": 2.0, "b": 5.0}


def test_four_runs_fit_the_terminal(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = [str(runs / one) for one in ("a", "b", "a-1", "a-2")]
    out = printed(capsys, "compare", *every)
    assert max(map(len, out.splitlines())) <= 80


def test_a_changed_spec_of_a_run_is_refused(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (runs / "a" / "spec.yaml").write_text("nnspec: 1\n")
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(runs / "a"), str(runs / "b")])
    assert ended.value.code == 1
    assert "[A101]" in capsys.readouterr().err


def test_arguments_of_an_object_that_is_another_class_are_left_out() -> None:
    one = dict(flatten({"optimizer": {"Adam": {"rate": 0.1, "beta": 0.9}}}))
    other = dict(flatten({"optimizer": {"SGD": {"rate": 0.2, "momentum": 0.0}}}))
    assert differing([one, other]) == {"optimizer": ["Adam", "SGD"], "optimizer.rate": [0.1, 0.2]}
