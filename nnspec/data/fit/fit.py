"""Fits the preprocessing of features and targets on the training rows."""

from collections.abc import Mapping

from nnspec.data.columns.missing import dropping_columns
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles, TargetNeeds
from nnspec.data.fit.features import fit_features
from nnspec.data.fit.fitted import ColumnFit, Preprocessing, TextFit, is_whole
from nnspec.data.fit.targets import fit_targets
from nnspec.data.split.parts import Parts
from nnspec.data.table import Table
from nnspec.document.write import flow
from nnspec.spec.data import DataSection


def fit(parts: Parts, roles: Roles, needs: TargetNeeds, section: DataSection) -> Preprocessing:
    """Return what the training rows say about every column.

    Raises:
        Refused: D105, D107, D109, D110, D115, D120, S115.
    """
    features = fit_features(parts.training, section)
    _check_inputs(parts.training, features, roles, section)
    targets = parts.splits["train"].targets
    return Preprocessing(
        columns=features,
        inputs=dict(roles.inputs),
        targets=fit_targets(targets, roles, needs, section, features),
        window=section.window,
        missing=section.missing,
        dropping=dropping_columns(parts.training, roles, section) + _aims(roles, section),
        null_values=section.null_values,
    )


def _aims(roles: Roles, section: DataSection) -> tuple[str, ...]:
    """Return the targets, where a missing one leaves its row out."""
    return roles.target_columns if "drop" in {section.missing, section.target_missing} else ()


def _check_inputs(
    training: Table, features: Mapping[str, ColumnFit], roles: Roles, section: DataSection
) -> None:
    """Refuse inputs whose columns do not make one tensor (S115)."""
    for name, columns in roles.inputs.items():
        arrays = [one for one in columns if training[one].shape]
        numbered = [one for one in columns if _is_numbered(features[one])]
        whole = [one for one in columns if is_whole(features[one])]
        alone = (arrays or numbered or whole or columns)[0]
        hint = f'give "{alone}" an input of its own under data.inputs'
        path = ("data", "inputs", name) if section.inputs else ("data",)
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
