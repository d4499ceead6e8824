"""Where a file lies in the repository that a service shows findings in.

GitHub says where the repository is checked out; elsewhere it is the folder that nnspec runs in.

Source: GitHub's documentation, "Variables reference", GITHUB_WORKSPACE.
"""

import os
from pathlib import Path

WORKSPACE = "GITHUB_WORKSPACE"


def relative(file: str) -> Path | None:
    """Return the path of a file from the top of the repository, None if it lies outside."""
    here = Path.cwd()
    top = Path(os.environ.get(WORKSPACE) or here)
    for inner, outer in ((here / file, top), ((here / file).resolve(), top.resolve())):
        path = Path(os.path.normpath(inner))
        if path.is_relative_to(outer):
            return path.relative_to(outer)
    return None
