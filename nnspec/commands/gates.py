"""Options that bound figures of a report: --fail-under and --fail-over."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from nnspec.spec.training import Gate

FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-under",
        metavar="FIGURE=VALUE",
        help="Exit with 4 where a figure is smaller: r2=0.4, validation.r2=0.4, price.r2=0.4. "
        "May be repeated.",
    ),
]
FailOver = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-over",
        metavar="FIGURE=VALUE",
        help="Exit with 4 where a figure is larger: rmse=60. May be repeated.",
    ),
]


def gates_of(under: Iterable[str] | None, over: Iterable[str] | None) -> "dict[str, Gate]":
    """Return the bounds that options ask for, by figure.

    Raises:
        typer.BadParameter: for what is no figure with a number.
    """
    if not under and not over:
        return {}
    from nnspec.spec.training import Gate

    least = dict(bound_of(one, "--fail-under") for one in under or ())
    most = dict(bound_of(one, "--fail-over") for one in over or ())
    names = dict.fromkeys((*least, *most))
    return {name: Gate(min=least.get(name), max=most.get(name)) for name in names}


def bound_of(text: str, option: str) -> tuple[str, float]:
    """Return a figure's name and its bound.

    Raises:
        typer.BadParameter: for what is no figure with a number.
    """
    name, sign, value = (one.strip() for one in text.rpartition("="))
    try:
        bound = float(value)
    except ValueError:
        bound = math.nan
    if not name or not sign or not math.isfinite(bound):
        from nnspec.document import shorten

        message = f"expected a figure and a number, such as rmse=60; got {shorten(text)!r}"
        raise typer.BadParameter(message, param_hint=option)
    return name, bound
