"""The page of a run: what its folder holds, drawn without the libraries that train."""

from contextlib import suppress
from pathlib import Path

from nnspec.data import Preprocessing
from nnspec.data.profile import Profile
from nnspec.diagnostics import Refused
from nnspec.document import parse_document
from nnspec.judge.heads import Head, describe_head
from nnspec.network.summary import Summary, summarize
from nnspec.pipeline.check import check_document
from nnspec.pipeline.opened import fit_network
from nnspec.report.page.answered import Answered
from nnspec.report.page.cases import Cases, CasesOfOutput
from nnspec.report.page.facts import RunFacts, read_history, read_report
from nnspec.report.page.page import render_page
from nnspec.run.folder import RunFolder
from nnspec.run.layout import (
    CASES,
    HISTORY,
    PAGE,
    PREDICTIONS,
    PREPROCESSING,
    PROFILE,
    REPORT,
    SPEC,
)
from nnspec.spec.spec import Spec

LARGEST_TABLE = 256 * 2**20
"""Bytes of predictions that are read for pictures: in memory they take several times as many."""


def write_page(folder: RunFolder) -> Path:
    """Write a judged run's page into its folder, which is held for writing; return its path."""
    return folder.write(PAGE, render_page(gather(folder)))


def page_of(path: Path) -> bytes:
    """Return the page of a finished run, drawn anew; nothing is written.

    Raises:
        Refused: the folder is no run, is damaged, or has no report.
    """
    return render_page(gather(RunFolder.open(path)))


def written_page(path: Path) -> Path:
    """Return where a finished run's page lies, written anew where it is missing or another.

    Raises as `page_of` does, and RunBusy: A106 where another process writes to the folder.
    """
    page = page_of(path)
    if page_is(path, page):
        return path / PAGE
    with RunFolder.open(path, writing=True) as folder:
        return folder.write(PAGE, page)


def page_is(path: Path, page: bytes) -> bool:
    """Return whether a run's folder holds this very page."""
    with suppress(Refused):
        return RunFolder.open(path).read(PAGE) == page
    return False


def gather(folder: RunFolder) -> RunFacts:
    """Return what a page shows of a run.

    Raises:
        Refused: a file of the run is missing or damaged.
    """
    kept = folder.manifest.artefacts
    told = read_report(folder.read(REPORT))
    fitted = Preprocessing.from_json(folder.read(PREPROCESSING)) if PREPROCESSING in kept else None
    profile = Profile.from_json(folder.read(PROFILE)) if PROFILE in kept else None
    text = folder.read(SPEC).decode("utf-8", "replace") if SPEC in kept else ""
    spec, network = _resolved(folder, fitted) if fitted and text else (None, None)
    return RunFacts(
        told=told,
        manifest=folder.manifest,
        history=read_history(folder.read(HISTORY)) if HISTORY in kept else {},
        spec=text,
        answers=kept_answers(folder),
        heads=_heads(fitted) if fitted else {},
        network=network,
        fitted=fitted,
        profile=profile,
        maps=_maps(folder, [one for output in told.outputs.values() for one in output.pictures]),
        cases=_cases(folder),
        ordered=_ordered(spec, fitted),
    )


def _resolved(folder: RunFolder, fitted: Preprocessing) -> tuple[Spec | None, Summary | None]:
    """Return a run's spec and its network; none where this version reads the spec otherwise.

    A page without its network still tells what the run reached.
    """
    with suppress(Refused):
        source = Path(folder.manifest.spec.folder)
        document = parse_document(folder.read(SPEC), str(folder.path / SPEC))
        spec, _ = check_document(document, folder=source, allow_outside=True).accept()
        return spec, summarize(fit_network(spec, fitted))
    return None, None


def _heads(fitted: Preprocessing) -> dict[str, Head]:
    return {name: describe_head(fitted, name) for name in fitted.targets}


def kept_answers(folder: RunFolder) -> Answered | None:
    """Return the predictions that a run kept; None where there are none, or too many to draw."""
    kept = folder.manifest.artefacts.get(PREDICTIONS)
    small = kept is not None and kept.bytes <= LARGEST_TABLE
    return Answered.read(folder.read(PREDICTIONS)) if small else None


def _maps(folder: RunFolder, names: list[str]) -> dict[str, str]:
    kept = folder.manifest.artefacts
    return {one: folder.read(one).decode("utf-8", "replace") for one in names if one in kept}


def _cases(folder: RunFolder) -> dict[str, CasesOfOutput]:
    kept = CASES in folder.manifest.artefacts
    return Cases.from_json(folder.read(CASES)).outputs if kept else {}


def _ordered(spec: Spec | None, fitted: Preprocessing | None) -> bool:
    """Return whether the test rows follow one another: windows of a series, or the latest rows."""
    if fitted is not None and fitted.window is not None:
        return True
    if spec is None or spec.data is None:
        return False
    return spec.data.split.method == "time" or spec.data.split.by is not None
