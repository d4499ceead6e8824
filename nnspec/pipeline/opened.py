"""A checked spec with its data open: rows read and split, preprocessing fitted, shapes known.

Nothing here imports Keras, so that a check of the data costs no more than reading it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nnspec.data import Dataset, Preprocessing, load_dataset
from nnspec.data.augment.checks import check_reaches
from nnspec.data.columns.checks import check_columns, check_rows
from nnspec.data.fit.fitted import CategoryFit, IntegerFit, NumericFit, TextFit
from nnspec.data.fit.needs import target_needs
from nnspec.data.read.origins import with_origin
from nnspec.data.read.source import read_source
from nnspec.data.stored import give_back
from nnspec.diagnostics import Diagnostic, Findings, Refused
from nnspec.document import shorten
from nnspec.network.fill import hash_sections
from nnspec.network.network import Network
from nnspec.pipeline.adopted import adopt_columns, check_parts
from nnspec.pipeline.check import (
    Checked,
    CheckedSpec,
    Source,
    check_network,
    check_source_of,
    placed,
)
from nnspec.pipeline.examine import hide
from nnspec.pipeline.indices import check_indices, whole_numbers
from nnspec.pipeline.output_shapes import how_to_shape
from nnspec.pipeline.table_sizes import size_tables
from nnspec.rules import apply_rules
from nnspec.rules.head import find_head
from nnspec.rules.runtime import built_batch
from nnspec.rules.uncertainty import INTERVAL, larger, too_few
from nnspec.spec.data import DataSection
from nnspec.spec.data_rules import LISTED, unknown_columns
from nnspec.spec.intervals import fewest_rows
from nnspec.spec.source import nearest
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
        seen: what is doubtful now that the data is open, and was not said before.
        fingerprints: SHA-256 of each section as it was before the data was read.
        text: the spec as written; None where it came from Python.
    """

    spec: Spec
    network: Network
    dataset: Dataset
    diagnostics: tuple[Diagnostic, ...] = ()
    seen: tuple[Diagnostic, ...] = ()
    fingerprints: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


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
    return open_checked(checked, allow_outside=allow_outside)


def open_checked(checked: CheckedSpec, *, allow_outside: bool = False) -> Opened:
    """Return a spec whose text was checked, with its data read, split and fitted.

    Raises:
        Refused: the spec or its data.
    """
    if checked.refused:
        raise refusal_with_data(checked, allow_outside=allow_outside)
    spec, network = checked.accept()
    dataset = read_data(spec, network, allow_outside=allow_outside)
    findings = Findings()
    fitted = fit_network(spec, dataset.fitted, findings, counts=count_numbers(dataset))
    check_batches(fitted, dataset, findings)
    check_validation(spec, dataset, findings)
    check_slices(spec, dataset, findings)
    check_indices(fitted, dataset, findings)
    findings.extend(placed(spec, check_columns(dataset, trainable_sections(spec).data)))
    if findings.errors:
        raise Refused(findings.sorted(spec.file))
    new = [one for one in findings.sorted(spec.file) if one not in checked.diagnostics]
    seen = hide(checked, new, unsought=("",)) if isinstance(checked, Checked) else tuple(new)
    give_back()
    return Opened(
        spec,
        fitted,
        dataset,
        checked.diagnostics,
        seen,
        fingerprints=hash_sections(spec, network),
        text=checked.document.text if isinstance(checked, Checked) else None,
    )


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
        dataset = load_dataset(
            sections.data, needs, folder=spec.folder, allow_outside=allow_outside
        )
        return adopt_columns(dataset, network)
    except Refused as refused:
        raise Refused(placed(spec, refused.diagnostics)) from refused


def fit_network(
    spec: Spec,
    fitted: Preprocessing,
    findings: Findings | None = None,
    *,
    counts: Mapping[str, int] | None = None,
) -> Network:
    """Return the network for the tensors that the fitted front gives.

    Args:
        spec: the spec.
        fitted: says which tensors the data gives, and which classes.
        findings: takes what is doubtful, where anybody asks.
        counts: how many whole numbers an input holds, as far as the rows tell.

    Raises:
        Refused: what shapes, rules or classes say against it, now that they are known.
    """
    findings = Findings() if findings is None else findings
    network = judge_network(spec, fitted, findings, counts=counts)
    if findings.errors:
        raise Refused(findings.sorted(spec.file))
    return network


def judge_network(
    spec: Spec,
    fitted: Preprocessing,
    findings: Findings,
    *,
    counts: Mapping[str, int] | None = None,
) -> Network:
    """Return the network for the tensors of the fitted front; all that is found is recorded."""
    network = check_network(spec, fitted.tensors, findings)
    network = size_tables(spec, network, counts, findings)
    apply_rules(spec, network, findings, counts=counts)
    check_targets(network, fitted, findings)
    check_class_weights(spec, fitted, findings)
    check_parts(network, fitted, spec.data, findings)
    asked = spec.training.augmentation if spec.training else []
    told = {(one.code, one.message, one.span) for one in findings}
    reached = placed(spec, list(check_reaches(asked, network, fitted)))
    findings.extend(one for one in reached if (one.code, one.message, one.span) not in told)
    return network


def check_class_weights(spec: Spec, fitted: Preprocessing, findings: Findings) -> None:
    """Record weights of classes that the target does not have."""
    weights = spec.training.class_weight if spec.training else None
    target = next(iter(fitted.targets.values()), None)
    if not isinstance(weights, dict) or target is None or not target.labels:
        return
    labels = [str(label) for label in target.labels]
    listed = ", ".join(labels[:LISTED]) + ", ..." * (len(labels) > LISTED)
    for label in weights:
        if target.find_label(label) is None:
            place = spec.positions.find(("training", "class_weight", label))
            message = f"class_weight names {shorten(label)!r}; the classes are {listed}"
            findings.add("M105", message, place, hint=nearest(label, tuple(labels)))


def count_numbers(dataset: Dataset) -> dict[str, int]:
    """Return, by network input of whole numbers, one more than the largest of all splits."""
    counts: dict[str, int] = {}
    for name, columns in dataset.fitted.inputs.items():
        if dataset.fitted.whole(columns):
            counts[name] = max(count_column(dataset, column) for column in columns)
    return counts


def count_column(dataset: Dataset, name: str) -> int:
    """Return one more than the largest whole number that a column becomes."""
    fit = dataset.fitted.columns[name]
    if isinstance(fit, CategoryFit):
        return fit.classes
    if isinstance(fit, TextFit):
        return fit.codes
    if isinstance(fit, NumericFit) and fit.bins:
        return fit.bins.codes
    cells = (split.features.cells(name) for split in dataset.splits.values() if len(split))
    fill = fit.fill or 0 if isinstance(fit, IntegerFit) else 0
    return 1 + max(fill, *(int(whole_numbers(values).max()) for values in cells))


def check_targets(network: Network, fitted: Preprocessing, findings: Findings) -> None:
    """Record outputs whose shape is not that of their target, unless a rule has said so."""
    told = {one.span for one in findings if one.code == "M105"}
    for output in network.graph.outputs:
        target, tensor = fitted.targets.get(output.name), network.output(output.name)
        if target is None or tensor is None or target.need in {"none", "cluster"}:
            continue
        if target.reconstructs:
            wanted = fitted.tensors[target.reconstructs].shape[1:]
        elif target.need == "multiclass":
            wanted = (*target.shape, len(target.labels))
        else:
            wanted = target.output_shape
        if tuple(tensor.shape[1:]) != tuple(wanted):
            message = (
                f'the output "{output.name}" has shape {list(tensor.shape[1:])}; '
                f"its target needs {list(wanted)}"
            )
            if target.labels:
                message += f": one unit per class of {', '.join(map(str, target.labels[:10]))}"
            last = network.by_name[output.source.node]
            origin = last.node.origin
            if not told & {origin.head, origin.of("units")}:
                hint = how_to_shape(last, tensor.shape[1:], tuple(wanted))
                findings.add("M105", message, origin.of("units"), hint=hint)


def check_batches(network: Network, dataset: Dataset, findings: Findings) -> None:
    """Record splits that do not fill one batch, where the network is built for its size.

    The test rows need not: a short last batch is filled up when it is predicted.
    """
    for node in network.inputs:
        size = built_batch(node)
        for name in ("train", "validation"):
            rows = len(dataset.splits[name])
            if size is not None and 0 < rows < size:
                message = (
                    f'"{node.name}" is built for batches of {size} rows; '
                    f"the {name} split has {rows}"
                )
                hint = f"write a batch_size of {rows} or less, here and under training"
                findings.add("D111", message, node.node.origin.of("batch_size"), hint=hint)


def check_validation(spec: Spec, dataset: Dataset, findings: Findings) -> None:
    """Record that too few validation rows are there for the intervals that are asked for."""
    level, rows = spec.evaluation.interval, len(dataset.splits["validation"])
    if level is not None and rows < fewest_rows(level):
        place = spec.positions.find(INTERVAL)
        findings.add("D113", too_few(level, rows), place, hint=larger(level))


def check_slices(spec: Spec, dataset: Dataset, findings: Findings) -> None:
    """Record columns by which the test rows cannot be looked at, since no input has them."""
    known = tuple(dataset.splits["train"].features.columns)
    for place, name in enumerate(spec.evaluation.slices or ()):
        if name not in known:
            listed = ", ".join(known[:LISTED]) + ", ..." * (len(known) > LISTED)
            message = f"no input is called {shorten(name)!r}; the network reads {listed}"
            span = spec.positions.find(("evaluation", "slices", place))
            findings.add("D103", message, span, hint=nearest(name, known))


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
        fitted = judge_network(spec, dataset.fitted, findings, counts=count_numbers(dataset))
        check_batches(fitted, dataset, findings)
        check_validation(spec, dataset, findings)
        check_slices(spec, dataset, findings)
        check_indices(fitted, dataset, findings)
        doubted = map(dataset.origins.tell, check_rows(dataset, spec.data))
        findings.extend(placed(spec, list(doubted)))
    except Refused as refused:
        return refused.diagnostics
    return findings.sorted(spec.file)


def refusal_with_data(checked: CheckedSpec, *, allow_outside: bool) -> Refused:
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
        raw = with_origin(raw, spec.data.origin)
        findings.extend(placed(spec, list(unknown_columns(spec.data, raw.names))))
    except Refused as refused:
        findings.extend(placed(spec, refused.diagnostics))
    return Refused(findings.sorted(spec.file))
