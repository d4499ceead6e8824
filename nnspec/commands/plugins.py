"""Options that let plugins in: a spec's own by consent, or named on the command line."""

from collections.abc import Callable, Sequence
from functools import wraps
from inspect import Parameter, signature
from typing import Annotated, Any

import typer

Command = Callable[..., None]

AllowPlugins = Annotated[
    bool,
    typer.Option(
        "--allow-plugins", help="Import the plugins that the spec names: their code runs."
    ),
]
PluginNames = Annotated[
    list[str] | None,
    typer.Option("--plugin", metavar="NAME", help="Import an installed plugin; repeatable."),
]


def with_consent(command: Command) -> Command:
    """Return a command that reads a spec, with the option `--allow-plugins`."""

    def allow(*, allowed: bool) -> None:
        from nnspec.catalog.plugins import allow_plugins

        if allowed:
            allow_plugins()

    return extended(command, "allow_plugins", (AllowPlugins, False), lambda one: allow(allowed=one))


def with_plugins(command: Command) -> Command:
    """Return a command about the language, with the option `--plugin NAME`."""

    def import_all(names: Sequence[str] | None) -> None:
        from nnspec.catalog.plugins import BrokenPlugin, import_plugin

        for name in names or ():
            try:
                import_plugin(name)
            except BrokenPlugin as broken:
                message = f"the plugin {name} cannot be used: {broken}"
                raise typer.BadParameter(message, param_hint="--plugin") from None

    return extended(command, "plugin", (PluginNames, None), import_all)


def extended(
    command: Command, name: str, option: tuple[Any, object], before: Callable[[Any], None]
) -> Command:
    """Return a command with one more option, whose value goes to `before` and no further.

    Args:
        command: the command as Typer takes it.
        name: name of the option's parameter.
        option: its annotation and its default.
        before: what is done with its value before the command runs.
    """
    annotation, default = option

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as Typer calls it
        before(options.pop(name))
        command(*arguments, **options)

    shape = signature(command, eval_str=True)
    more = Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
    run.__signature__ = shape.replace(  # type: ignore[attr-defined] # how functions say it
        parameters=[*shape.parameters.values(), more]
    )
    run.__annotations__ = {**command.__annotations__, name: annotation}
    return run
