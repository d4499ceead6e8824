"""Floor 4: a document to a validated spec, or to diagnostics."""

from nnspec.validate.document import Validated, validate_document

__all__ = ["Validated", "validate_document"]
