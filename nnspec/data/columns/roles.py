"""Which columns feed which input and which output; decided before anything is typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnspec.data.columns.refusals import refuse
from nnspec.data.fit.fitted import Need
from nnspec.diagnostics import Diagnostic, Refused
from nnspec.spec.builtin import bundled_set, columns_of_output
from nnspec.spec.data import DEFAULT_INPUT, DataSection, input_columns
from nnspec.spec.data_rules import check_data, unknown_columns
from nnspec.spec.patterns import settle
from nnspec.spec.source import nearest
from nnspec.spec.window import names_ahead


@dataclass(frozen=True, slots=True)
class TargetNeed:
    """What one trained output asks of the data.

    Attributes:
        task: what its loss measures.
        one_hot: whether the loss takes one number per class (categorical) or the class's number.
        units: length of the output's last axis; None while it is unknown.
        ignored: class number that the loss leaves out.
        quantiles: quantiles of each number that the output gives; none: the number itself.
        floor: smallest deviation of a normal distribution that the output gives; None: it gives
            none.
        by_rule: whether the perceptron rule learns it, and no loss measures it.
    """

    task: Need
    one_hot: bool = False
    units: int | None = None
    ignored: int | None = None
    quantiles: tuple[float, ...] = ()
    floor: float | None = None
    by_rule: bool = False


TargetNeeds = Mapping[str, TargetNeed]
"""What each trained output needs, by the output's name."""


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns by what they are for.

    Attributes:
        inputs: network input -> columns.
        targets: output -> columns; none for a reconstruction, the labels of clusters.
        reconstructs: output -> network input that it is compared with.
        weight: column of sample weights.
        ordering: columns that tell series apart and order them.
        splitting: columns that say which split a row belongs to.
        known: network input -> columns that are read at the moments of the targets.
    """

    inputs: Mapping[str, tuple[str, ...]]
    targets: Mapping[str, tuple[str, ...]]
    reconstructs: Mapping[str, str]
    weight: str | None
    ordering: tuple[str, ...] = ()
    splitting: tuple[str, ...] = ()
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def features(self) -> tuple[str, ...]:
        """Return every feature column once, in the order of the inputs."""
        return tuple(dict.fromkeys(one for many in self.inputs.values() for one in many))

    @property
    def ahead(self) -> dict[str, str]:
        """Return the columns known in advance by the names that they have as inputs."""
        columns = (one for many in self.known.values() for one in many)
        return names_ahead(columns, self.features)

    @property
    def read(self) -> tuple[str, ...]:
        """Return every column that the network reads once, known in advance or not."""
        return tuple(dict.fromkeys((*self.features, *self.ahead.values())))

    @property
    def every_input(self) -> dict[str, tuple[str, ...]]:
        """Return the columns of each network input, those known in advance by their names there."""
        names = {column: name for name, column in self.ahead.items()}
        known = {name: tuple(names[one] for one in many) for name, many in self.known.items()}
        return {**self.inputs, **known}

    @property
    def target_columns(self) -> tuple[str, ...]:
        """Return every target column once."""
        return tuple(dict.fromkeys(one for many in self.targets.values() for one in many))

    @property
    def columns(self) -> tuple[str, ...]:
        """Return every column that is used."""
        weight = (self.weight,) if self.weight else ()
        used = (*self.read, *self.target_columns, *weight, *self.ordering, *self.splitting)
        return tuple(dict.fromkeys(used))


def assign_roles(
    section: DataSection,
    needs: TargetNeeds,
    available: tuple[str, ...],
    index: tuple[str, ...] = (),
) -> Roles:
    """Return the columns of each input and output.

    Args:
        section: the data section.
        needs: what each trained output needs.
        available: the columns of the data.
        index: those that number or name the rows, and are features only where they are named.

    Raises:
        Refused: what `check_data` says; D103 for unknown columns; S102, S106 and S115 where
            targets and outputs do not belong together; of everything at once.
    """
    found = [*check_data(section), *unknown_columns(section, available)]
    found.extend(_misnamed_outputs(section, needs))
    if found:
        raise Refused(dict.fromkeys(found))
    section = settle(section, available)
    features = _default_features(section, available)
    inputs = input_columns(section, tuple(name for name in features if name not in index))
    if not all(inputs.values()):
        listed = ", ".join(available)
        hint = "name some under features, or fewer under exclude"
        raise refuse("D103", f"no column is left as a feature; the data has {listed}", hint=hint)
    if any(not name.strip() for columns in inputs.values() for name in columns):
        number = [name.strip() for name in available].index("") + 1
        named = ", ".join(name for name in inputs.get(DEFAULT_INPUT, ()) if name.strip())
        hint = "name it in the first line, or leave it out: " + f"features: [{named}]"
        raise refuse("D121", f"column {number} has no name, and would be a feature", hint=hint)
    reconstructs = {
        name: _reconstructed(name, tuple(inputs))
        for name, need in needs.items()
        if need.task == "reconstruction"
    }
    targets = {
        name: () if name in reconstructs else columns_of_output(section, name) for name in needs
    }
    if any(need.task == "cluster" for need in needs.values()):
        targets = dict.fromkeys(needs, () if section.labels is None else (section.labels,))
    ordering = section.window.columns if section.window else ()
    splitting = section.split.columns
    known = section.window.known_inputs if section.window else {}
    weight = section.sample_weight
    return Roles(inputs, targets, reconstructs, weight, ordering, splitting, known)


def _default_features(section: DataSection, available: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that are features unless the spec says otherwise."""
    known = bundled_set(section)
    if known is None or section.window is not None:
        return available
    return tuple(name for name in known.features if name != section.labels)


def _misnamed_outputs(section: DataSection, needs: TargetNeeds) -> list[Diagnostic]:
    """Return findings about targets without an output and outputs without a target."""
    free = {"reconstruction", "cluster"}
    supervised = tuple(name for name, need in needs.items() if need.task not in free)
    path = ("data", "target")
    if isinstance(section.target, dict):
        findings = [
            Diagnostic(
                "S106",
                f'`target` names the output "{name}"; the trained outputs are {", ".join(needs)}',
                hint=nearest(name, tuple(needs)),
                path=(*path, name),
            )
            for name in section.target
            if name not in supervised
        ]
        without = [name for name in supervised if name not in section.target]
    else:
        findings = []
        without = list(supervised) if section.target is None else []
        if section.target is not None and len(supervised) > 1:
            listed = ", ".join(supervised)
            message = f"{len(supervised)} outputs need a target each: {listed}"
            findings.append(Diagnostic("S115", message, hint=_as_mapping(supervised), path=path))
    for name in without:
        message = f'no `target` for the output "{name}", which is a {needs[name].task} output'
        findings.append(Diagnostic("S102", message, path=("data",)))
    return findings


def _as_mapping(outputs: tuple[str, ...]) -> str:
    """Return how targets of several outputs are written."""
    return "write target: {" + ", ".join(f"{name}: COLUMN" for name in outputs) + "}"


def _reconstructed(output: str, inputs: tuple[str, ...]) -> str:
    """Return the input that an output reconstructs."""
    if len(inputs) == 1:
        return inputs[0]
    if output in inputs:
        return output
    message = f'the output "{output}" reconstructs one of the inputs {", ".join(inputs)}'
    hint = "give the output the name of the input that it reconstructs"
    raise refuse("S115", f"{message}; which one is not said", hint=hint, path=("data", "inputs"))
