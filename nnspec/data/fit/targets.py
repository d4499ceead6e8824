"""Targets: what the training rows say about them, and to and from what the loss takes."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles, TargetNeed, TargetNeeds
from nnspec.data.fit.adopted import units_of
from nnspec.data.fit.cluster_labels import UNLEARNED
from nnspec.data.fit.fitted import (
    CategoryFit,
    ColumnFit,
    DateFit,
    Label,
    NumericFit,
    Preprocessing,
    TargetFit,
    TextFit,
)
from nnspec.data.fit.labels import labels_of, refuse_numbers
from nnspec.data.fit.one_hot import class_names, one_hot_codes, one_number_per_class
from nnspec.data.fit.rest import codes_against_rest, fit_against_rest, is_against_rest
from nnspec.data.fit.scaled import fit_scale, in_units, scaled
from nnspec.data.fit.tags import KINDS as TAGS
from nnspec.data.fit.tags import in_steps, steps_of
from nnspec.data.table import Column, Table, Values
from nnspec.diagnostics import Path, Refused
from nnspec.spec.data import DataSection
from nnspec.spec.given_back import lost_columns

TARGET: Path = ("data", "target")
BINARY = 2
MORE = (
    "use loss: sparse_categorical_crossentropy, or write positive: CLASS and negative: rest to "
    "tell one class from all others"
)
BY_RULE = (
    "write positive: CLASS and negative: rest to tell one class from all others, or a loss in "
    "place of the rule: sparse_categorical_crossentropy, with softmax and a unit per class"
)
SHOWN = 10
"""How many labels a message lists."""
LEFT_OUT = -1
"""Stands for a class number where the data has a label that the loss ignores."""


def fit_targets(
    training: Table,
    roles: Roles,
    needs: TargetNeeds,
    section: DataSection,
    features: Mapping[str, ColumnFit],
) -> dict[str, TargetFit]:
    """Return what the training rows say about the target of each output.

    Args:
        training: the target columns of the training rows.
        roles: columns of each output.
        needs: what each output's loss expects.
        section: whether regression targets are scaled.
        features: the fitted features, whose scales are those of a reconstruction.

    Raises:
        Refused: D115 for a target of another task, D107 for a constant one, D109 for labels that
            are not counted from 0, D110 for target columns of different shapes, S115 for columns
            that cannot be given back, all at once.
    """
    _check_given_back(roles, needs, section, features)
    return {
        name: _fit_reconstruction(roles, name, features)
        if need.task == "reconstruction"
        else _fit(_stepped(training.select(roles.targets[name]), features), need, section)
        for name, need in needs.items()
    }


def encode_targets(
    fitted: Preprocessing, table: Table, where: str = "these rows"
) -> dict[str, Values]:
    """Return what each output's loss is given; reconstructions are left to the front.

    Args:
        fitted: what was fitted on the training rows.
        table: the target columns.
        where: what the rows are, for the message.

    Returns:
        float32 (rows, units) scaled for regression, float32 (rows, units) of 0 and 1 for binary,
        int32 (rows,) class numbers or float32 (rows, classes) for multiclass.

    Raises:
        Refused: D108 for a class that was not in the training rows.
    """
    return {
        name: _encode(target, table, where)
        for name, target in fitted.targets.items()
        if target.need not in UNLEARNED
    }


def decode_targets(target: TargetFit, values: Values) -> Values:
    """Return targets in their own units: the inverse of the encoding, in double precision.

    Args:
        target: the fitted target.
        values: as `encode_targets` gives them, or a reconstruction (rows, ...).

    Returns:
        Numbers (rows, ...) in the target's units; for classes the labels, (rows,) where a row
        has one.
    """
    if target.need in {"regression", "reconstruction"}:
        return in_units(target, values.astype(np.float64))
    codes = values.argmax(axis=-1) if target.one_hot else values.astype(np.int64)
    return without_unit(target, label_array(target)[codes])


def counted_positions(target: TargetFit, table: Table) -> NDArray[np.bool_] | None:
    """Return where a target has a class that the loss looks at, (rows, ...) as its labels.

    None where it has one everywhere.
    """
    if target.ignored is None and target.kinds != TAGS:
        return None
    codes = _codes(target, table, "these rows")
    counted = (codes != LEFT_OUT) & (codes != target.ignored)
    return without_unit(target, counted).astype(np.bool_)


def without_unit(target: TargetFit, labels: Values) -> Values:
    """Return labels without the axis of a binary output's only unit."""
    return labels[..., 0] if target.need == "binary" and target.shape[-1:] == (1,) else labels


def raw_targets(fitted: Preprocessing, table: Table) -> dict[str, Values]:
    """Return the targets as the data has them: numbers float64 (rows, units), or labels (rows,).

    Reconstructions are left out: their targets are the network's inputs.
    """
    return {
        name: _stack_numbers(table.select(target.columns))
        if target.need == "regression" or not target.labels
        else without_unit(target, label_array(target)[_codes(target, table, "these rows")])
        for name, target in fitted.targets.items()
        if target.need not in UNLEARNED
    }


def label_array(target: TargetFit) -> Values:
    """Return the classes as an array of integers, booleans or texts."""
    if any(isinstance(label, str) for label in target.labels):
        return np.asarray([str(label) for label in target.labels], dtype=object)
    return np.asarray(target.labels)


def _fit_reconstruction(roles: Roles, output: str, features: Mapping[str, ColumnFit]) -> TargetFit:
    """Return the scale of each number of the input that an output reconstructs."""
    name = roles.reconstructs[output]
    fits = [features[column] for column in roles.inputs[name]]
    fine = any(isinstance(fit, NumericFit) and fit.precision == "double" for fit in fits)
    shift, scale = units_of(fits)
    return TargetFit(
        need="reconstruction",
        reconstructs=name,
        shift=shift,
        scale=scale,
        precision="double" if fine else "single",
    )


def _check_given_back(
    roles: Roles, needs: TargetNeeds, section: DataSection, features: Mapping[str, ColumnFit]
) -> None:
    """Refuse columns whose numbers cannot be brought back into their own units (S115)."""
    back = [
        column
        for name, need in needs.items()
        if need.task == "reconstruction"
        for column in roles.inputs[roles.reconstructs[name]]
    ]
    lost = {name: features[name].kind for name in back if _is_lost(features[name])}
    if lost:
        raise Refused(lost_columns(section, lost, joined=True))


def _is_lost(fit: ColumnFit) -> bool:
    """Tell whether a column's numbers have no way back to its own units."""
    bent = isinstance(fit, NumericFit) and fit.bent
    joined = isinstance(fit, CategoryFit) and (fit.hash or fit.codes > max(1, len(fit.vocabulary)))
    return bool(bent or joined or fit.indicator or isinstance(fit, DateFit | TextFit))


def _stepped(table: Table, features: Mapping[str, ColumnFit]) -> Table:
    """Return target columns, classes of words with as many steps as the text has."""
    steps = steps_of(tuple(table.columns.values()), features)
    return Table({name: in_steps(one, steps) for name, one in table.columns.items()}, table.rows)


def _fit(table: Table, need: TargetNeed, section: DataSection) -> TargetFit:
    """Return what the training rows say about one output's target."""
    columns = tuple(table.columns.values())
    shapes = {column.shape for column in columns}
    if len(shapes) > 1 or (len(columns) > 1 and shapes != {()}):
        message = "the target's columns are arrays; expected one array, or plain columns"
        raise refuse("D110", message, path=TARGET)
    ahead = section.window is not None and section.window.several
    one_hot = need.task == "multiclass" and not ahead
    given_one_hot = one_hot and one_number_per_class(table, need.units)
    base = TargetFit(
        need=need.task,
        columns=tuple(table.columns),
        kinds=tuple(column.kind for column in columns),
        one_hot=need.one_hot and need.task == "multiclass",
        given_one_hot=given_one_hot,
        ignored=need.ignored,
        shape=_shape(columns, need, given_one_hot=given_one_hot),
    )
    if need.task == "regression":
        return fit_scale(base, table, section)
    if need.task == "none":
        return _fit_numbered(base, columns)
    if need.by_rule:
        refuse_numbers(table.columns)
    if is_against_rest(section, need.task):
        return fit_against_rest(base, columns, section)
    return _fit_classes(base, table, by_rule=need.by_rule)


def _shape(
    columns: tuple[Column, ...], need: TargetNeed, *, given_one_hot: bool
) -> tuple[int, ...]:
    """Return the shape of one row's target, classes apart.

    An output of one unit per step or pixel, (steps, 1), takes a target of (steps,); a class number
    may come as an array of one.
    """
    cell = columns[0].shape
    if need.task == "multiclass" and (given_one_hot or len(columns) == 1):
        alone = given_one_hot or (cell[-1:] == (1,) and need.units != 1)
        return cell[:-1] if alone else cell
    if not cell:
        return (len(columns),)
    return (*cell, 1) if need.units == 1 and cell[-1] != 1 else cell


def _fit_numbered(base: TargetFit, columns: tuple[Column, ...]) -> TargetFit:
    """Return a target of whole numbers: classes of rows, or sequences of them as they are."""
    if len(columns) > 1:
        message = f"the loss takes one target column; got {', '.join(base.columns)}"
        raise refuse("D115", message, path=TARGET)
    found = labels_of(columns[0])
    if not columns[0].shape:
        return base.model_copy(update={"labels": tuple(np.unique(found).tolist()), "shape": ()})
    if columns[0].kind == "category":
        message = f'the target "{base.columns[0]}" holds texts; the loss takes class numbers'
        raise refuse("D115", message, path=TARGET)
    return base.model_copy(update={"shape": columns[0].shape})


def _fit_classes(base: TargetFit, table: Table, *, by_rule: bool) -> TargetFit:
    """Return the classes of a target, over all its columns."""
    if base.given_one_hot:
        one_hot_codes(table, "the training rows")
        counts = () if base.shape else _counts_of_one_hot(table)
        return base.model_copy(update={"labels": class_names(table), "counts": counts})
    found = [np.unique(labels_of(column)) for column in table.columns.values()]
    if len({one.dtype.kind for one in found}) > 1:
        message = f"the target's columns are of different kinds: {', '.join(base.columns)}"
        raise refuse("D115", message, path=TARGET)
    every = np.unique(np.concatenate(found)).tolist()
    labels: tuple[Label, ...] = tuple(one for one in every if base.kinds != TAGS or one != "")
    if base.ignored not in range(len(labels)):
        labels = tuple(one for one in labels if one != base.ignored)
    _check_labels(base, labels, by_rule=by_rule)
    return base.model_copy(update={"labels": labels, "counts": _counts(table, labels)})


def _counts(table: Table, labels: tuple[Label, ...]) -> tuple[int, ...]:
    """Return the rows of each class; none where a row has several, or one at each step."""
    columns = tuple(table.columns.values())
    if len(columns) > 1 or columns[0].shape not in {(), (1,)}:
        return ()
    found, counts = np.unique(labels_of(columns[0]), return_counts=True)
    by_label = dict(zip(found.tolist(), counts.tolist(), strict=True))
    return tuple(by_label[label] for label in labels)


def _counts_of_one_hot(table: Table) -> tuple[int, ...]:
    """Return the rows of each class that the data gives as one 0 or 1 per class."""
    parts = [one.values.reshape(table.rows, -1) for one in table.columns.values()]
    counts: list[int] = np.concatenate(parts, axis=1).sum(axis=0).astype(np.int64).tolist()
    return tuple(counts)


def _check_labels(base: TargetFit, labels: tuple[Label, ...], *, by_rule: bool) -> None:
    """Refuse classes that the loss cannot take: too many for binary, not counted from 0."""
    more = ", ..." if len(labels) > SHOWN else ""
    shown = ", ".join(str(label) for label in labels[:SHOWN]) + more
    if len(labels) < BINARY or (base.need == "binary" and len(labels) > BINARY):
        expected = "2" if base.need == "binary" else "2 or more"
        count = "1 class" if len(labels) == 1 else f"{len(labels)} classes"
        message = f"the target has {count} in training ({shown}); expected {expected}"
        few = "give rows of another class, or name another target"
        hint = few if len(labels) < BINARY else BY_RULE if by_rule else MORE
        learner = "the perceptron rule" if by_rule else f"a {base.need} loss"
        raise refuse("D115", f"{message} for {learner}", hint=hint, path=TARGET)
    counted = base.kinds[0] in {"numeric", "integer"} and not base.one_hot
    free = base.need == "binary" and labels == (-1, 1)
    if counted and not free and labels != tuple(range(len(labels))):
        message = (
            f"the labels run from {labels[0]} to {labels[-1]} ({shown}); "
            f"expected 0 to {len(labels) - 1}"
        )
        hint = f"declare columns: {{{base.columns[0]}: category}}; nnspec then numbers the classes"
        raise refuse("D109", message, hint=hint, path=TARGET)


def _encode(target: TargetFit, table: Table, where: str) -> Values:
    """Return what one output's loss is given."""
    if target.need == "regression":
        numbers = scaled(target, _stack_numbers(table.select(target.columns)))
        return numbers.reshape(table.rows, *target.shape).astype(np.float32)
    if target.need == "none" and not target.labels:
        return labels_of(table[target.columns[0]]).astype(np.int32)
    codes = _codes(target, table, where)
    if target.need == "binary":
        return np.maximum(codes, 0).astype(np.float32)
    if target.one_hot:
        classes: Values = np.eye(len(target.labels), dtype=np.float32)[codes]
        return classes
    # Steps behind the last word have a mask, and any class.
    usual = 0 if target.kinds == TAGS else LEFT_OUT
    outside = usual if target.ignored is None else target.ignored
    return np.where(codes == LEFT_OUT, outside, codes).astype(np.int32)


def _codes(target: TargetFit, table: Table, where: str) -> NDArray[np.int64]:
    """Return the class numbers: (rows, *shape) of the fitted target; LEFT_OUT where there is none.

    Raises:
        Refused: D108 for a class that was not in the training rows, D115 for rows of one-hot
            columns that name none or several.
    """
    if target.given_one_hot:
        return one_hot_codes(table.select(target.columns), where)
    if target.joined:
        return codes_against_rest(target, table[target.columns[0]]).reshape(-1, *target.shape)
    numbers: Mapping[Label, int] = {label: code for code, label in enumerate(target.labels)}
    steps = target.shape[0] if target.kinds == TAGS else None
    found = [labels_of(in_steps(table[name], steps)) for name in target.columns]
    known = {str(label) for label in (*target.labels, target.ignored)}
    known |= {""} if steps else set()
    unknown = sorted({str(one) for many in found for one in many.ravel().tolist()} - known)
    if unknown:
        classes = "class" if len(unknown) == 1 else "classes"
        message = f"{classes} {', '.join(unknown)} of {where} never seen in the training rows"
        hint = "leave such rows out, or let every split have some: method: stratified"
        raise refuse("D108", message, hint=hint, path=TARGET)
    coded = [_look_up(one, numbers, target) for one in found]
    side_by_side = coded[0] if len(coded) == 1 else np.stack(coded, axis=1)
    return side_by_side.reshape(table.rows, *target.shape)


def _look_up(found: Values, numbers: Mapping[Label, int], target: TargetFit) -> NDArray[np.int64]:
    """Return each label's number."""
    texts = isinstance(target.labels[0], str)
    flat = (numbers.get(str(one) if texts else one, LEFT_OUT) for one in found.ravel().tolist())
    return np.fromiter(flat, np.int64, found.size).reshape(found.shape)


def _stack_numbers(table: Table) -> NDArray[np.float64]:
    """Return target columns side by side: (rows, columns), or an array column as it is."""
    columns = [column.values.astype(np.float64) for column in table.columns.values()]
    return columns[0] if columns[0].ndim > 1 else np.stack(columns, axis=1)
