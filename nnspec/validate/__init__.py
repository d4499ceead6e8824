"""Floor 4: a document to a validated spec, or to diagnostics."""

from nnspec.validate.document import Validated, validate_document
from nnspec.validate.overrides import apply_overrides

__all__ = ["Validated", "apply_overrides", "validate_document"]
