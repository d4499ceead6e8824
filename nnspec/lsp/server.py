"""The server: the protocol's requests to the modules beside it, positions to the editor's units."""

import os
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from nnspec import __version__
from nnspec.diagnostics import Diagnostic, Refused, Severity, Span
from nnspec.document import parse_document
from nnspec.language.foreign import says_nnspec
from nnspec.lsp.completion import propose
from nnspec.lsp.definition import find_definition
from nnspec.lsp.findings import Checks
from nnspec.lsp.hover import hover_text
from nnspec.pipeline.styled import style_document

AtCursor = types.HoverParams | types.CompletionParams | types.DefinitionParams
"""What is asked about the place of a cursor."""

SERVER = LanguageServer("nnspec", __version__)
CHECKS = Checks()

GRAVITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
SORTS = {
    "object": types.CompletionItemKind.Class,
    "key": types.CompletionItemKind.Property,
    "word": types.CompletionItemKind.EnumMember,
    "name": types.CompletionItemKind.Reference,
}


def serve() -> None:
    """Serve one editor over standard input and output, until it says so.

    The streams are copies: the server closes them at its end, the program flushes its own later.
    """
    with os.fdopen(os.dup(0), "rb") as incoming, os.fdopen(os.dup(1), "wb") as outgoing:
        SERVER.start_io(incoming, outgoing)


@SERVER.feature(types.TEXT_DOCUMENT_DID_OPEN)
@SERVER.feature(types.TEXT_DOCUMENT_DID_CHANGE)
@SERVER.feature(types.TEXT_DOCUMENT_DID_SAVE)
async def show(
    server: LanguageServer,
    asked: types.DidOpenTextDocumentParams
    | types.DidChangeTextDocumentParams
    | types.DidSaveTextDocumentParams,
) -> None:
    """Show what is wrong with a text; nothing where it has changed by the time that is known."""
    document = server.workspace.get_text_document(asked.text_document.uri)
    version = document.version
    found = await CHECKS.find(document.uri, document.source, Path(document.path))
    if found is None:
        return
    server.text_document_publish_diagnostics(
        types.PublishDiagnosticsParams(
            uri=document.uri,
            version=version,
            diagnostics=[describe(one, document) for one in found],
        )
    )


@SERVER.feature(types.TEXT_DOCUMENT_DID_CLOSE)
def forget(server: LanguageServer, asked: types.DidCloseTextDocumentParams) -> None:
    """Take back what was shown of a text that is closed."""
    CHECKS.forget(asked.text_document.uri)
    server.text_document_publish_diagnostics(
        types.PublishDiagnosticsParams(uri=asked.text_document.uri, diagnostics=[])
    )


@SERVER.feature(types.TEXT_DOCUMENT_HOVER)
def hover(server: LanguageServer, asked: types.HoverParams) -> types.Hover | None:
    """Say what the word under the cursor means."""
    lines, row, column = locate(server, asked)
    text = hover_text(lines, row, column)
    kind = types.MarkupKind.Markdown
    return types.Hover(types.MarkupContent(kind, text)) if text else None


@SERVER.feature(
    types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", "{", ",", "["])
)
def complete(server: LanguageServer, asked: types.CompletionParams) -> types.CompletionList:
    """Offer what may be written at the cursor."""
    lines, row, column = locate(server, asked)
    items = [
        types.CompletionItem(
            one.label,
            kind=SORTS[one.sort],
            detail=one.detail or None,
            documentation=one.prose or None,
            sort_text=f"{number:04}",
        )
        for number, one in enumerate(propose(lines, row, column))
    ]
    return types.CompletionList(is_incomplete=False, items=items)


@SERVER.feature(types.TEXT_DOCUMENT_DEFINITION)
def define(server: LanguageServer, asked: types.DefinitionParams) -> types.Location | None:
    """Go to the layer or block that the cursor's word names."""
    document = server.workspace.get_text_document(asked.text_document.uri)
    lines, row, column = locate(server, asked)
    target = find_definition(lines, row, column)
    if target is None:
        return None
    line, begin, end = target
    span = Span.at(line + 1, begin + 1, end - begin)
    return types.Location(document.uri, to_range(span, document))


@SERVER.feature(types.TEXT_DOCUMENT_FORMATTING)
def restyle(
    server: LanguageServer, asked: types.DocumentFormattingParams
) -> list[types.TextEdit] | None:
    """Write a spec in the preferred style."""
    document = server.workspace.get_text_document(asked.text_document.uri)
    lines = read_lines(document)
    text = "".join(lines)
    if not says_nnspec(text):
        return None
    try:
        parsed = parse_document(text, document.path)
    except Refused:
        return None
    styled = style_document(parsed, Path(document.path).parent)
    whole = types.Range(types.Position(0, 0), types.Position(len(lines) + 1, 0))
    return [types.TextEdit(whole, styled)] if styled != text else []


def locate(server: LanguageServer, asked: AtCursor) -> tuple[list[str], int, int]:
    """Return the lines of a text, and a cursor's line and column in characters, from 0."""
    document = server.workspace.get_text_document(asked.text_document.uri)
    whole = read_lines(document)
    lines = [line.rstrip("\r\n") for line in whole]
    if asked.position.line >= len(whole):
        return [*lines, ""], len(lines), 0
    position = document.position_codec.position_from_client_units(whole, asked.position)
    return lines, position.line, min(position.character, len(lines[position.line]))


def read_lines(document: TextDocument) -> list[str]:
    """Return the lines of a text with their ends; none of a file that is neither open nor there."""
    try:
        return list(document.lines)
    except (OSError, UnicodeDecodeError):
        return []


def describe(found: Diagnostic, document: TextDocument) -> types.Diagnostic:
    """Return a finding in the protocol's words; a hint stands below the message."""
    hint = f"\n{found.hint}" if found.hint else ""
    related = [
        types.DiagnosticRelatedInformation(
            types.Location(document.uri, to_range(one.span, document)), one.message
        )
        for one in found.related
    ]
    return types.Diagnostic(
        range=to_range(found.span or Span.at(1, 1), document),
        message=found.message + hint,
        severity=GRAVITY[found.severity],
        code=found.code,
        source="nnspec",
        related_information=related or None,
    )


def to_range(span: Span, document: TextDocument) -> types.Range:
    """Return a span in the units that the editor counts in."""
    begin = types.Position(span.start.line - 1, span.start.column - 1)
    end = types.Position(span.end.line - 1, span.end.column - 1)
    return document.position_codec.range_to_client_units(document.lines, types.Range(begin, end))
