"""Floor 8, what was settled for each output, as a document of a run."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from nnspec.diagnostics import Diagnostic, Refused

Settlement = TypeVar("Settlement")


class ByOutput(Generic[Settlement]):
    """Writes and reads a mapping from outputs to what was settled for each."""

    def __init__(self, kind: type[Settlement], title: str) -> None:
        """Take the kind of document.

        Args:
            kind: a dataclass, what was settled for one output.
            title: what a message calls the document, after "the run's".
        """
        # pydantic reads the parameter at run time, which no type checker knows of.
        self._reader: TypeAdapter[dict[str, Settlement]] = TypeAdapter(dict[str, kind])  # type: ignore[valid-type]
        self._title = title

    def encode(self, settled: Mapping[str, Settlement]) -> bytes:
        """Return the document, as JSON."""
        return self._reader.dump_json(dict(settled), indent=1)

    def decode(self, content: bytes) -> dict[str, Settlement]:
        """Return what `encode` wrote.

        Raises:
            Refused: A102 where the bytes are none.
        """
        try:
            return self._reader.validate_json(content)
        except ValidationError as error:
            message = f"the run's {self._title} damaged: {error.errors()[0]['msg']}"
            raise Refused([Diagnostic("A102", message)]) from error
