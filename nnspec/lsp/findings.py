"""What is wrong with a text that an editor holds: what the command line shows, no more."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from nnspec.diagnostics import Diagnostic, Refused
from nnspec.document import parse_document
from nnspec.language.foreign import is_keras, is_meant, says_nnspec
from nnspec.pipeline.examine import Request, examine


def find_findings(text: str, path: Path) -> tuple[Diagnostic, ...]:
    """Return the findings of a spec, none for a text that is no spec: editors send any YAML."""
    spec = says_nnspec(text)
    if not spec and "model" not in text and "spec" not in text.casefold():
        return ()
    try:
        document = parse_document(text, str(path), lenient=True)
        if not spec and (is_keras(document.root) or not is_meant(document.root)):
            return ()
        return examine(document, path.parent, Request())
    except Refused as refused:
        return refused.diagnostics if spec else ()


@dataclass(slots=True)
class Checks:
    """The checks of an editor's texts: one at a time, beside the thread that answers.

    While somebody types, a text has changed before it is checked: only its newest state is.

    Attributes:
        newest: how often each text was to be checked.
    """

    newest: dict[str, int] = field(default_factory=dict)
    worker: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))

    async def find(self, uri: str, text: str, path: Path) -> tuple[Diagnostic, ...] | None:
        """Return the findings of a text, None where it has changed meanwhile."""
        number = self.forget(uri)

        def check() -> tuple[Diagnostic, ...] | None:
            return find_findings(text, path) if self.newest[uri] == number else None

        found = await asyncio.get_running_loop().run_in_executor(self.worker, check)
        return found if self.newest[uri] == number else None

    def forget(self, uri: str) -> int:
        """Let no check that has begun say more of a text; return the number of the next."""
        self.newest[uri] = self.newest.get(uri, 0) + 1
        return self.newest[uri]
