"""Trackers that `train` tells of a run: the option, and what is said where one is missing."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from nnspec.commands.reporting import show_findings

if TYPE_CHECKING:
    from nnspec.run.tracking.tracking import Tracking


class Tracker(StrEnum):
    """A program that shows trainings, and reads what its own library writes."""

    TENSORBOARD = "tensorboard"
    MLFLOW = "mlflow"
    TRACKIO = "trackio"


Track = Annotated[
    list[Tracker] | None,
    typer.Option(
        "--track",
        help="Also write what the run reaches for this program, in files below the folder of "
        "runs; repeatable.",
    ),
]


def check_trackers(asked: Sequence[Tracker] | None) -> None:
    """Refuse a tracker whose library is not installed, before anything is trained."""
    for one in asked or ():
        if find_spec(one.value) is None:
            sys.stderr.write(
                f"nnspec: {one.value} is not installed, and its files are written with it\n"
                f"  = help: pip install 'nnspec[{one.value}]'\n"
            )
            raise typer.Exit(1)


def tracking_of(asked: Sequence[Tracker] | None) -> "Tracking | None":
    """Return what tells trackers, None where none was asked for."""
    if not asked:
        return None
    from nnspec.run.tracking.tracking import Tracking

    return Tracking([one.value for one in asked], lambda one: show_findings([one]))
