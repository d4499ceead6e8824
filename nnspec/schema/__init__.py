"""Floor 4: the JSON Schema of the language, out of the same classes that read a spec."""

from nnspec.schema.document import generate_schema
from nnspec.schema.strict import write_schema

__all__ = ["generate_schema", "write_schema"]
