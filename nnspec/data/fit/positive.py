"""The positive class of a binary target: the second of its two, as the data section names it."""

from collections.abc import Mapping

from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.fitted import TargetFit
from nnspec.diagnostics import Path
from nnspec.document.write import flow
from nnspec.spec.data import DataSection
from nnspec.spec.source import nearest


def with_positive(targets: Mapping[str, TargetFit], section: DataSection) -> dict[str, TargetFit]:
    """Return fitted targets, the classes of binary ones in the order that the section asks for.

    Raises:
        Refused: S106 for a class that is not in the training rows, S115 where the target is not
            binary.
    """
    said = section.positive
    if said is None:
        return dict(targets)
    named = said if isinstance(said, dict) else dict.fromkeys(_binary(targets), said)
    if not named:
        message = "`positive` is the second class of a binary head, and no output is binary"
        raise refuse("S115", message, hint="remove it", path=("data", "positive"))
    found = dict(targets)
    for name, label in named.items():
        place: Path = ("data", "positive", name) if isinstance(said, dict) else ("data", "positive")
        if name not in found or found[name].need != "binary":
            message = f'`positive` names "{name}", which is no binary output'
            raise refuse("S115", message, hint="remove it", path=place)
        found[name] = _turned(found[name], str(label), place)
    return found


def _binary(targets: Mapping[str, TargetFit]) -> list[str]:
    return [name for name, target in targets.items() if target.need == "binary"]


def _turned(target: TargetFit, positive: str, place: Path) -> TargetFit:
    """Return a binary target whose second class is the positive one."""
    label = target.find_label(positive)
    if label is None:
        written = tuple(str(one) for one in target.labels)
        message = f'`positive` names "{positive}"; the classes are {" and ".join(written)}'
        hint = nearest(positive, written) or f"write {' or '.join(map(flow, target.labels))}"
        raise refuse("S106", message, hint=hint, path=place)
    turned = target.labels[0] == label and len(target.labels) > 1
    step = -1 if turned else 1
    return target.model_copy(
        update={
            "labels": target.labels[::step],
            "counts": target.counts[::step],
            "positive": label,
        }
    )
