"""What is wrong with a text that an editor holds: what the command line shows, no more."""

import re
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import parse_document
from nnspec.pipeline.examine import Request, examine

SPEC = re.compile(r"""^\s*[{,]?\s*["']?nnspec["']?\s*:""", re.MULTILINE)
"""What every spec says; editors send any YAML file."""


def find_findings(text: str, path: Path) -> tuple[Diagnostic, ...]:
    """Return the findings of a spec, none for a text that is no spec."""
    if not SPEC.search(text):
        return ()
    try:
        document = parse_document(text, str(path), lenient=True)
        return examine(document, path.parent, Request())
    except Refused as refused:
        return refused.diagnostics
