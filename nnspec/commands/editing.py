"""The command that serves editors."""

import sys

import typer


def lsp() -> None:
    """Serve an editor: findings, hover, completion, definitions."""
    try:
        from nnspec.lsp import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"pygls", "lsprotocol"}:
            raise
        sys.stderr.write(
            f"nnspec: {error.name} is not installed, and the language server is made with it\n"
            "  = help: pip install 'nnspec[lsp]'\n"
        )
        raise typer.Exit(1) from None
    serve()
