"""Reads spec texts through the real path, without files."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from nnspec.document import parse_document
from nnspec.pipeline.check import Checked, check_document

Read = Callable[..., Checked]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read_text(
        text: str, *overrides: str, file: str = "spec.yaml", folder: Path = tmp_path
    ) -> Checked:
        document = parse_document(dedent(text), file)
        return check_document(document, folder=folder, overrides=overrides)

    return read_text
