"""Writes nnspec/catalog/index.py: which module holds which name of the catalogue.

Run it after adding, renaming or moving a catalogue class: `python tools/generate_index.py`.
With `--check` it writes nothing and exits 1 if the file is out of date.
"""
# ruff: noqa: INP001 (a script, no package)

import sys
import textwrap
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from nnspec import catalog
from nnspec.catalog.base import REGISTERED

TARGET = Path(catalog.__path__[0]) / "index.py"
NOT_CATALOGUE = ("nnspec.catalog.index", "nnspec.catalog.registry")
HEAD = '''"""Family -> module -> the names and aliases it holds; generated, not edited.

Source: tools/generate_index.py.
"""

INDEX: dict[str, dict[str, str]] = {
'''


def held() -> dict[str, dict[str, list[str]]]:
    """Return family -> module -> names, of every module of the catalogue."""
    for module in walk_packages(catalog.__path__, "nnspec.catalog."):
        if module.name not in NOT_CATALOGUE:
            import_module(module.name)
    found: dict[str, dict[str, list[str]]] = {}
    for family, classes in sorted(REGISTERED.items()):
        modules = found.setdefault(family, {})
        for name, kind in sorted(classes.items(), key=lambda pair: (pair[1].__module__, pair[0])):
            modules.setdefault(kind.__module__, []).append(name)
    return found


def entry(module: str, names: list[str]) -> str:
    """Return one module's line, as the formatter would write it."""
    line = f'        "{module}": "{" ".join(names)}",\n'
    if len(line) <= 101:  # noqa: PLR2004 (100 columns and the line end)
        return line
    whole = " ".join(names)
    # What fits on a line of its own the formatter would join.
    width = 86 if len(whole) <= 86 else 80  # noqa: PLR2004 (100 columns, indent and quotes)
    parts = textwrap.wrap(whole, width, break_long_words=False)
    quoted = [f'            "{part} "\n' for part in parts[:-1]] + [f'            "{parts[-1]}"\n']
    return f'        "{module}": (\n{"".join(quoted)}        ),\n'


def render() -> str:
    """Return the text of the index."""
    lines = [HEAD]
    for family, modules in held().items():
        lines.append(f'    "{family}": {{\n')
        lines += [entry(module, names) for module, names in modules.items()]
        lines.append("    },\n")
    return "".join([*lines, "}\n"])


def main() -> int:
    """Write the index, or with --check compare it; return the exit code."""
    text = render()
    if "--check" in sys.argv[1:]:
        return int(not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text)
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
