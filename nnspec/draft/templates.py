"""Specs that ship with the program to begin from; each trains as it is, on a bundled set."""

from pathlib import Path

FOLDER = Path(__file__).parent / "templates"


def template_names() -> tuple[str, ...]:
    """Return the names of the templates."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.yaml")))


def read_template(name: str) -> str:
    """Return the text of a template."""
    return (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
