"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

SpecFile = Annotated[Path, typer.Argument(metavar="SPEC", help="A spec: YAML or JSON.")]
SpecFiles = Annotated[
    list[str],
    typer.Argument(metavar="SPEC", help="Specs; patterns such as '*.yaml'; - for standard input."),
]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a finished run.")]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help="Set a value, as training.epochs=50; repeatable."
    ),
]
AllowOutside = Annotated[
    bool, typer.Option("--allow-outside", help="Let the spec read files outside its folder.")
]
