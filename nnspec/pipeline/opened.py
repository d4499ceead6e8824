"""A checked spec with its data open: rows read and split, preprocessing fitted, shapes known.

Nothing here imports Keras, so that a check of the data costs no more than reading it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nnspec.data import Dataset, Preprocessing, load_dataset
from nnspec.data.columns.checks import check_rows
from nnspec.data.fit.needs import target_needs
from nnspec.data.read.source import read_source
from nnspec.diagnostics import Diagnostic, Findings, Refused
from nnspec.network.network import Network
from nnspec.pipeline.check import (
    CheckedSpec,
    Source,
    check_network,
    check_source_of,
    placed,
)
from nnspec.pipeline.fitting import check_fit, check_targets
from nnspec.rules import apply_rules
from nnspec.rules.head import find_head
from nnspec.spec.data import DataSection
from nnspec.spec.data_rules import unknown_columns
from nnspec.spec.spec import Spec
from nnspec.spec.training import TrainingSection


@dataclass(frozen=True, slots=True)
class Sections:
    """The two sections without which nothing can be trained."""

    data: DataSection
    training: TrainingSection


@dataclass(frozen=True, slots=True)
class Opened:
    """A spec that can be trained, with its rows.

    Attributes:
        network: resolved with the tensors that the fitted front gives.
        diagnostics: what is doubtful about the spec.
    """

    spec: Spec
    network: Network
    dataset: Dataset
    diagnostics: tuple[Diagnostic, ...] = ()


def open_spec(
    source: Source, *, overrides: Sequence[str] = (), allow_outside: bool = False
) -> Opened:
    """Return a checked spec with its data read, split and fitted.

    Args:
        source: a spec, or its file.
        overrides: settings of the command line, `path=value` each.
        allow_outside: whether the spec may read files outside its folder.

    Raises:
        Refused: the spec or its data.
    """
    checked = check_source_of(source, overrides=overrides, allow_outside=allow_outside)
    if checked.refused:
        raise refusal_with_data(checked, allow_outside=allow_outside)
    spec, network = checked.accept()
    dataset = read_data(spec, network, allow_outside=allow_outside)
    return Opened(spec, fit_rows(spec, dataset), dataset, checked.diagnostics)


def trainable_sections(spec: Spec) -> Sections:
    """Return data and training.

    Raises:
        Refused: T102 with what is missing.
    """
    if spec.data is not None and spec.training is not None:
        return Sections(spec.data, spec.training)
    given = {"data": spec.data, "training": spec.training}
    absent = " and ".join(name for name, section in given.items() if section is None)
    message = f"training needs the section(s) {absent}, which the spec does not have"
    raise Refused([Diagnostic("T102", message, file=spec.file)])


def read_data(spec: Spec, network: Network, *, allow_outside: bool = False) -> Dataset:
    """Return the rows of a spec, split, with the preprocessing fitted on the training ones.

    Raises:
        Refused: what is wrong with the data, at the places of the spec.
    """
    sections = trainable_sections(spec)
    units = {one.name: find_head(network, one).units for one in network.graph.outputs}
    try:
        needs = target_needs(sections.data, sections.training, units)
        return load_dataset(sections.data, needs, folder=spec.folder, allow_outside=allow_outside)
    except Refused as refused:
        raise Refused(placed(spec, refused.diagnostics)) from refused


def fit_network(spec: Spec, fitted: Preprocessing) -> Network:
    """Return the network for the tensors that the fitted front gives.

    Raises:
        Refused: what shapes or rules say against it, now that all shapes are known.
    """
    findings = Findings()
    network = check_network(spec, fitted.tensors, findings)
    apply_rules(spec, network, findings)
    check_targets(network, fitted, findings)
    if findings.errors:
        raise Refused(findings.sorted(spec.file))
    return network


def fit_rows(spec: Spec, dataset: Dataset) -> Network:
    """Return the network for the rows that will pass through it; raises as `fit_network` does."""
    network = fit_network(spec, dataset.fitted)
    findings = Findings()
    check_fit(network, dataset, findings)
    if findings.errors:
        raise Refused(findings.sorted(spec.file))
    return network


def check_opened(checked: CheckedSpec, *, allow_outside: bool = False) -> tuple[Diagnostic, ...]:
    """Return what is wrong or doubtful about a spec once its data is open.

    Args:
        checked: a spec without errors.
        allow_outside: whether files outside the spec's folder may be read.
    """
    spec, network = checked.accept()
    if spec.data is None:
        message = "--data opens the data of a spec, and this one has no data section"
        return (Diagnostic("T102", message, file=spec.file),)
    try:
        dataset = read_data(spec, network, allow_outside=allow_outside)
        findings = Findings()
        fitted = check_network(spec, dataset.fitted.tensors, findings)
        apply_rules(spec, fitted, findings)
        check_targets(fitted, dataset.fitted, findings)
        check_fit(fitted, dataset, findings)
        findings.extend(placed(spec, check_rows(dataset, spec.data)))
    except Refused as refused:
        return refused.diagnostics
    return findings.sorted(spec.file)


def refusal_with_data(checked: CheckedSpec, *, allow_outside: bool = False) -> Refused:
    """Return the refusal of a spec that was about to be trained, with what its data adds.

    The rest of the data cannot be judged while the spec is wrong, but that a file or a column is
    not there would only be the next thing to repair.
    """
    spec = checked.spec
    if spec is None or spec.data is None:
        return Refused(checked.diagnostics)
    findings = Findings(list(checked.diagnostics))
    try:
        raw = read_source(spec.data.source, spec.folder, allow_outside=allow_outside)
        findings.extend(placed(spec, list(unknown_columns(spec.data, raw.names))))
    except Refused as refused:
        findings.extend(placed(spec, refused.diagnostics))
    return Refused(findings.sorted(spec.file))
