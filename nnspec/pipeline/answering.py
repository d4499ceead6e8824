"""A run that answers requests: opened once, its network traced once, their rows joined.

Cells are typed, prepared and answered as `predict` does it with those of a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

import numpy as np

from nnspec.build.answer_keys import (
    CLUSTER,
    DISTANCE,
    MAP_COLUMN,
    MAP_ROW,
    PREDICTION,
    PROBABILITIES,
)
from nnspec.build.batches import batch_of
from nnspec.build.front import TracedFront
from nnspec.build.raw import raw_type
from nnspec.data import NewRows, Preprocessing
from nnspec.data.fit.fitted import BooleanFit, ColumnFit, NumericFit
from nnspec.data.given import read_given
from nnspec.data.profile import Profile
from nnspec.data.table import Column, Table, Values
from nnspec.diagnostics import NnspecError, Refused, RunFailed
from nnspec.judge import heads
from nnspec.judge.answers import Answers
from nnspec.judge.cluster_answers import ClusterAnswers
from nnspec.judge.predicted import Passage
from nnspec.pipeline.finished import answer_rows, open_run
from nnspec.pipeline.indices import check_new_indices
from nnspec.pipeline.typical import Described, describe_columns
from nnspec.run.layout import PROFILE

Tensors = dict[str, Values]
"""Name -> (rows, ...): numbers, truth values, or texts as objects."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """An input or an output.

    Attributes:
        name: of an input, the column's own.
        dtype: NumPy's name; object for texts.
        shape: of one row.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]


class Answering:
    """A run that answers.

    Attributes:
        name: the run folder's.
        inputs: the feature columns, in the order of the network's inputs.
        outputs: what is answered.
        columns: what a person is to know of each input.
        doubts: what is to be said about the run.
    """

    def __init__(self, path: Path) -> None:
        """Open a run, and trace its network with rows as the training had them.

        Raises:
            Refused: the folder is no run, is damaged, or ended before it had weights.
        """
        run = open_run(path)
        program = replace(run.program, front=TracedFront(run.program.front))
        self.run = replace(run, program=program)
        self.name = path.resolve().name
        self.doubts = self.run.doubts
        self._passage = Passage(self.run.program)
        self._alone = batch_of(self.run.program.core) is not None
        fitted, folder = self.run.program.fitted, self.run.folder
        kept = PROFILE in folder.manifest.artefacts
        profile = Profile.from_json(folder.read(PROFILE)) if kept else None
        self.inputs = tuple(_input(name, fitted) for name in fitted.columns)
        self.columns = describe_columns(fitted, profile)
        self.outputs = self._find_outputs(self.columns)

    def read(self, cells: Mapping[str, Values]) -> NewRows:
        """Return the rows of a request as the network takes them; see `read_given`.

        Raises:
            Refused: what `predict` would refuse; rows to which `missing: drop` gives no answer.
        """
        fitted = self.run.program.fitted
        rows = read_given(cells, fitted)
        if len(rows.left_out):
            raise Refused([one for one in rows.notes if one.code == "D126"])
        check_new_indices(self.run.network, fitted, rows)
        return rows

    def answer(self, several: Sequence[NewRows]) -> list[Tensors | NnspecError]:
        """Return the answers to several requests, which pass through the network together.

        A network that is built for batches of one size takes each alone: rows depend there on
        those before them. So does each where the answers to all of them failed.
        """
        if self._alone or len(several) == 1:
            return [self._answer_alone(one) for one in several]
        fitted = self.run.program.fitted
        try:
            together = self._answer(_joined(several, fitted))
        except RunFailed:
            return [self._answer_alone(one) for one in several]
        ends = np.cumsum([len(one) for one in several])[:-1]
        parts = {name: np.split(values, ends) for name, values in together.items()}
        return [
            {name: many[place] for name, many in parts.items()} for place in range(len(several))
        ]

    def _answer_alone(self, rows: NewRows) -> Tensors | NnspecError:
        try:
            return self._answer(rows)
        except NnspecError as error:
            return error

    def _answer(self, rows: NewRows) -> Tensors:
        """Return the answers to rows by their names in the SavedModel."""
        answered = answer_rows(self.run, rows, self._passage)
        several = len(answered) > 1
        return {
            f"{key}_{head.name}" if several else key: values
            for head, answers in answered
            for key, values in self._tensors(head, answers).items()
        }

    def _tensors(self, head: heads.Head, answers: Answers) -> Tensors:
        """Return what an output answers, in its types outside of the program."""
        match head:
            case heads.Clusters():
                assert isinstance(answers, ClusterAnswers), "a map answers with clusters"
                return _clusters(head, answers)
            case heads.Numbers() | heads.Reconstruction() | heads.Unjudged():
                target = self.run.program.fitted.targets[head.name]
                kind = np.float64 if target.precision == "double" else np.float32
                found = {PREDICTION: answers.prediction, **answers.around}
                return {key: _vector(one).astype(kind) for key, one in found.items()}
            case heads.OneClass() | heads.ClassPerPosition() | heads.SeveralLabels():
                found = {PREDICTION: _labels(answers.prediction)}
                graded = not isinstance(head, heads.OneClass) or head.graded
                if graded and answers.probabilities is not None:
                    found[PROBABILITIES] = answers.probabilities.astype(np.float32)
                return found
            case _:
                assert_never(head)

    def _find_outputs(self, columns: Sequence[Described]) -> tuple[Tensor, ...]:
        """Return what is answered, as rows like those of the training show it."""
        typical = {one.name: np.stack([one.cells, one.cells]) for one in columns}
        found = self._answer(self.read(typical))
        return tuple(
            Tensor(name, values.dtype.name, values.shape[1:]) for name, values in found.items()
        )


def _input(name: str, fitted: Preprocessing) -> Tensor:
    """Return a column as an input."""
    fit = fitted.columns[name]
    kind = "bool" if isinstance(fit, BooleanFit) else raw_type(fit).name
    shape = (*fitted.steps(name), *fit.shape)
    return Tensor(name, "object" if kind == "string" else kind, shape)


def _joined(several: Sequence[NewRows], fitted: Preprocessing) -> NewRows:
    """Return the rows of several requests as those of one."""
    count = sum(map(len, several))
    columns = {
        name: Column(fit.kind, np.concatenate([_settled(one, name, fit) for one in several]))
        for name, fit in fitted.columns.items()
    }
    return NewRows(Table(columns, count), Table({}, count), np.arange(count))


def _settled(rows: NewRows, name: str, fit: ColumnFit) -> Values:
    """Return a column in the type that the front gives it first, whatever the others hold."""
    values = rows.features[name].values
    if isinstance(fit, NumericFit | BooleanFit):
        return values.astype(raw_type(fit).as_numpy_dtype)
    return values


def _clusters(head: heads.Clusters, answers: ClusterAnswers) -> Tensors:
    """Return the nearest unit, how far it is, and its place on the map."""
    assert head.lattice is not None, "a map has a grid"
    row, column = np.divmod(answers.prediction, head.lattice.columns)
    whole = {CLUSTER: answers.prediction, MAP_ROW: row, MAP_COLUMN: column}
    found = {key: np.asarray(one, dtype=np.int64) for key, one in whole.items()}
    return {**found, DISTANCE: answers.distance}


def _vector(values: Values) -> Values:
    """Return numbers of one unit as (rows,), any other as they are."""
    return values[:, 0] if values.shape[1:] == (1,) else values


def _labels(values: Values) -> Values:
    """Return labels, texts as objects."""
    return values.astype(object) if values.dtype.kind == "U" else values
