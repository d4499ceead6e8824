"""A command of many options as a function of one dataclass: each field is an option.

Typer reads options off a function's parameters. A field's annotation says the same, and the
dataclass can be handed on.
"""

import inspect
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any, TypeVar, get_type_hints

Options = TypeVar("Options")


def gathered(kind: type[Options]) -> Callable[[Callable[[Options], None]], Callable[..., None]]:
    """Make a command of a function of one dataclass.

    Args:
        kind: the dataclass; its fields are annotated as Typer's parameters are.
    """
    hints = get_type_hints(kind, include_extras=True)

    def decorate(function: Callable[[Options], None]) -> Callable[..., None]:
        def command(**given: Any) -> None:  # noqa: ANN401 - what Typer has read off the fields
            function(kind(**given))

        command.__name__, command.__doc__ = function.__name__, function.__doc__
        command.__annotations__ = {**hints, "return": None}
        parameters = [describe(one, hints[one.name]) for one in fields(kind)]  # type: ignore[arg-type]
        command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        return command

    return decorate


def describe(option: Field[Any], annotation: Any) -> inspect.Parameter:  # noqa: ANN401 - as written
    """Return a field as a function's parameter."""
    default = inspect.Parameter.empty if option.default is MISSING else option.default
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(option.name, kind, default=default, annotation=annotation)
