"""What several folders of tests begin with: spec texts checked, tables loaded, specs trained."""

import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from nnspec.document import parse_document
from nnspec.pipeline.check import Checked, check_document
from nnspec.spec.data import DataSection

if TYPE_CHECKING:
    from checker_program import Program
    from family import Case, Learnt

    from nnspec.data import Dataset
    from nnspec.data.fit.fitted import Need
    from nnspec.pipeline.run import RunResult

    Told = Callable[[str, Case, str], tuple[Learnt, Learnt]]

SPECS = Path(__file__).parents[1] / "specs"
DRIVER = Path(__file__).parents[1] / "bench" / "browser.py"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Checked]:
    """Check a spec's text through the real path, without a file."""

    def read_text(
        text: str, *overrides: str, file: str = "spec.yaml", folder: Path = tmp_path
    ) -> Checked:
        document = parse_document(dedent(text), file)
        return check_document(document, folder=folder, overrides=overrides)

    return read_text


@pytest.fixture
def load(tmp_path: Path) -> "Callable[..., Dataset]":
    """Load a text as data.csv (or the source that is named) with one output called out."""

    def loaded(
        text: str | None = None, need: "Need" = "regression", **settings: object
    ) -> "Dataset":
        from nnspec.data import TargetNeed, load_dataset  # noqa: PLC0415 - half a second

        if text is not None:
            (tmp_path / "data.csv").write_text(text, encoding="utf-8")
        settings.setdefault("source", "data.csv")
        if need != "reconstruction":
            settings.setdefault("target", "y")
        section = DataSection.model_validate(settings)
        return load_dataset(section, {"out": TargetNeed(need)}, folder=tmp_path)

    return loaded


@pytest.fixture
def answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Call `validate` in the test's folder; give what it prints there and its exit code."""
    from nnspec.commands import main  # noqa: PLC0415 - other tests call no program

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

    def answered(*arguments: str) -> str:
        with pytest.raises(SystemExit) as stopped:
            main(["validate", *arguments])
        printed, errors = capsys.readouterr()
        assert errors == ""
        return f"{printed.replace(str(tmp_path.resolve()), 'FOLDER')}exit {stopped.value.code}\n"

    return answered


@pytest.fixture
def program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> "Program":
    """Return the program in a folder of its own, as the tests of the checker call it."""
    from checker_program import enter  # noqa: PLC0415 - it lies beside those tests

    return enter(tmp_path, monkeypatch, capsys)


@pytest.fixture
def as_shown() -> Callable[[Path, str], None]:
    """Hold an answer against the file that shows it; UPDATE_GOLDEN=1 rewrites the file."""

    def compare(golden: Path, written: str) -> None:
        if os.environ.get("UPDATE_GOLDEN"):
            golden.write_text(written, encoding="utf-8", newline="")
        assert written == golden.read_bytes().decode("utf-8")

    return compare


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> "Callable[[str], RunResult]":
    """Train a shipped spec, once for all tests that look at its run."""
    import nnspec  # noqa: PLC0415 - tests that need no training import no Keras

    runs = tmp_path_factory.mktemp("runs")

    @cache
    def train(name: str) -> "RunResult":
        return nnspec.train(SPECS / f"{name}.yaml", runs=runs)

    return train


@pytest.fixture(scope="module")
def told_twice(tmp_path_factory: pytest.TempPathFactory) -> "Told":
    """Return what nnspec and `fit` learnt of a case, by its name in its module and an executor."""
    from family import by_fit, from_spec  # noqa: PLC0415 - other tests import no Keras

    cases: dict[str, Case] = {}

    @cache
    def theirs(name: str) -> "Learnt":
        return by_fit(cases[name])

    @cache
    def ours(name: str, executor: str) -> "Learnt":
        return from_spec(cases[name], executor, tmp_path_factory.mktemp("case"))

    def told(name: str, case: "Case", executor: str) -> "tuple[Learnt, Learnt]":
        cases[name] = case
        return ours(name, executor), theirs(name)

    return told


@pytest.fixture(scope="session")
def browser_module() -> Any:
    """Return the module that drives Chromium."""
    told = spec_from_file_location("browser", DRIVER)
    assert told
    assert told.loader
    module = module_from_spec(told)
    sys.modules["browser"] = module  # its dataclasses look for it there
    told.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def browser(browser_module: Any) -> Iterator[Any]:
    """Start Chromium, for the tests of a module."""
    with browser_module.Browser() as started:
        yield started
