"""Fits the preprocessing of features and targets on the training rows."""

from nnspec.data.columns.missing import dropping_columns
from nnspec.data.columns.refusals import refuse
from nnspec.data.columns.roles import Roles, TargetNeeds
from nnspec.data.fit.features import fit_features
from nnspec.data.fit.fitted import Preprocessing
from nnspec.data.fit.targets import fit_targets
from nnspec.data.split.parts import Parts
from nnspec.data.table import Table
from nnspec.spec.data import DataSection


def fit(parts: Parts, roles: Roles, needs: TargetNeeds, section: DataSection) -> Preprocessing:
    """Return what the training rows say about every column.

    Raises:
        Refused: D105, D107, D109, D110, D115, D120, S115.
    """
    features = fit_features(parts.training, section)
    _check_inputs(parts.training, roles, section)
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
    return roles.target_columns if section.missing == "drop" else ()


def _check_inputs(training: Table, roles: Roles, section: DataSection) -> None:
    """Refuse inputs whose columns do not make one tensor (S115)."""
    for name, columns in roles.inputs.items():
        arrays = [one for one in columns if training[one].shape]
        whole = [one for one in columns if _is_whole(one, training, section)]
        hint = f'give "{(arrays or whole or columns)[0]}" an input of its own under data.inputs'
        path = ("data", "inputs", name) if section.inputs else ("data",)
        if arrays and len(columns) > 1:
            message = f'input "{name}" joins the array column "{arrays[0]}" with other columns'
            raise refuse("S115", message, hint=hint, path=path)
        if whole and len(whole) < len(columns):
            message = f'input "{name}" joins the numbers of classes in "{whole[0]}" with measures'
            raise refuse("S115", message, hint=hint, path=path)


def _is_whole(name: str, training: Table, section: DataSection) -> bool:
    """Tell whether a column enters the network as integers."""
    kind = training[name].kind
    return kind == "integer" or (kind == "category" and section.encoding_of(name) == "index")
