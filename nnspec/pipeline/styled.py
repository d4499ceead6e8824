"""A spec's text in the preferred style, once it is known to mean what it meant."""

from pathlib import Path

from nnspec.document import Document, parse_document
from nnspec.network.fill import hash_spec
from nnspec.pipeline.check import check_document
from nnspec.style import restyle


def style_document(document: Document, folder: Path) -> str:
    """Return the text of a document in the preferred style.

    A spec that is refused for anything but its form is styled as well; what is compared then is
    its values alone, by `restyle` itself.
    """
    text = restyle(document)
    if text != document.text:
        before = hash_document(document, folder)
        after = hash_document(parse_document(text, document.file), folder)
        assert before == after, f"the style of {document.file} changes its meaning"
    return text


def hash_document(document: Document, folder: Path) -> str | None:
    """Return the hash of the filled spec, None where the spec is refused."""
    checked = check_document(document, folder=folder, allow_outside=True)
    if checked.refused or checked.spec is None or checked.network is None:
        return None
    return hash_spec(checked.spec, checked.network)
