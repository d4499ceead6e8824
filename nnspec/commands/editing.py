"""The command that serves editors."""

from nnspec.commands.reporting import naming_absent


def lsp() -> None:
    """Serve an editor: findings, hover, completion, definitions."""
    with naming_absent({"pygls", "lsprotocol"}, "the language server is made with it", "lsp"):
        from nnspec.lsp import serve
    serve()
