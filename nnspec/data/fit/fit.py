"""Fits the preprocessing of features and targets on the training rows."""

from collections.abc import Mapping
from dataclasses import replace

from nnspec.data.columns.missing import dropping_columns
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles, TargetNeeds
from nnspec.data.fit.cluster_labels import find_labels
from nnspec.data.fit.features import fit_features
from nnspec.data.fit.fitted import ColumnFit, Preprocessing, TargetFit, TextFit, is_whole
from nnspec.data.fit.positive import with_positive
from nnspec.data.fit.targets import fit_targets
from nnspec.data.split.forward import forward_columns
from nnspec.data.split.parts import Parts
from nnspec.data.split.series import WINDOW
from nnspec.data.table import Table
from nnspec.document.write import flow
from nnspec.spec.data import DataSection
from nnspec.spec.patterns import ahead
from nnspec.spec.window import unit_names


def fit(parts: Parts, roles: Roles, needs: TargetNeeds, section: DataSection) -> Preprocessing:
    """Return what the training rows say about every column.

    Raises:
        Refused: D105, D107, D109, D110, D115, D120, S115.
    """
    section = ahead(section, roles.ahead)
    training = parts.seen.cells()
    features = fit_features(training, section)
    _check_inputs(training, features, roles, section)
    return Preprocessing(
        columns=features,
        inputs=roles.every_input,
        targets=with_positive(_targets(parts, roles, needs, section, features), section),
        window=section.window,
        missing=section.missing,
        weight=roles.weight,
        origin=section.origin,
        dropping=_dropping(training, roles, section),
        known=roles.ahead,
        forward=forward_columns(features, section),
        target_missing=section.target_missing,
        null_values=section.null_values,
    )


def _targets(
    parts: Parts,
    roles: Roles,
    needs: TargetNeeds,
    section: DataSection,
    features: Mapping[str, ColumnFit],
) -> dict[str, TargetFit]:
    """Return the target of each output; over several horizons with the columns behind its units."""
    training, window = parts.splits["train"].targets, section.window
    units = {name: unit_names(columns, window) for name, columns in roles.targets.items()}
    several = window is not None and window.several
    for name, need in needs.items():
        if several and need.task == "multiclass" and len(roles.targets[name]) > 1:
            message = f"several horizons take one column of classes; got {len(roles.targets[name])}"
            raise refuse("D115", message, path=("data", "target"))
    if labels := find_labels(training, roles, needs):
        return labels
    fits = {
        name: one.model_copy(
            update={"quantiles": needs[name].quantiles, "floor": needs[name].floor}
        )
        for name, one in fit_targets(
            training, replace(roles, targets=units), needs, section, features
        ).items()
    }
    if not several:
        return fits
    return {
        name: fit.model_copy(update={"sources": roles.targets[name]}) for name, fit in fits.items()
    }


def _dropping(training: Table, roles: Roles, section: DataSection) -> tuple[str, ...]:
    """Return the columns whose missing cells leave their row out; none of a series."""
    if section.window is not None:
        return ()
    aims = "drop" in {section.missing, section.target_missing}
    return dropping_columns(training, roles, section) + (roles.target_columns if aims else ())


def _check_inputs(
    training: Table, features: Mapping[str, ColumnFit], roles: Roles, section: DataSection
) -> None:
    """Refuse inputs whose columns do not make one tensor (S115)."""
    for name, columns in roles.every_input.items():
        arrays = [one for one in columns if training[one].shape]
        numbered = [one for one in columns if _is_numbered(features[one])]
        whole = [one for one in columns if is_whole(features[one])]
        alone = (arrays or numbered or whole or columns)[0]
        hint = f'give "{alone}" an input of its own under data.inputs'
        path = ("data", "inputs", name) if section.inputs else ("data",)
        if name in roles.known:
            path = (*WINDOW, "known")
            hint = f'give "{alone}" an input of its own: known: {{NAME: [COLUMN]}}'
        if arrays and len(columns) > 1:
            message = f'input "{name}" joins the array column "{arrays[0]}" with other columns'
            raise refuse("S115", message, hint=hint, path=path)
        if numbered and len(columns) > 1:
            message = (
                f'input "{name}" joins the words of the text "{numbered[0]}" with other columns'
            )
            hint += ", or let it count words: columns: " + flow(
                {numbered[0]: {"text": {"output_mode": "multi_hot"}}}
            )
            raise refuse("S115", message, hint=hint, path=path)
        if whole and len(whole) < len(columns):
            message = f'input "{name}" joins the numbers of classes in "{whole[0]}" with measures'
            raise refuse("S115", message, hint=hint, path=path)


def _is_numbered(fit: ColumnFit) -> bool:
    """Tell whether a column enters the network as the numbers of its words."""
    return isinstance(fit, TextFit) and fit.numbered
