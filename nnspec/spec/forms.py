"""How predictions are written."""

from collections.abc import Mapping
from typing import Literal, get_args

Form = Literal["csv", "tsv", "jsonl", "json", "parquet"]
"""Form of a file of predictions."""
FORMS: tuple[Form, ...] = get_args(Form)
WRITTEN: Mapping[str, Form] = {f".{form}": form for form in FORMS} | {".ndjson": "jsonl"}
"""Ending -> form that is written."""
