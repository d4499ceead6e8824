"""Floor 8, what a page may do: run the one script and wear the one style that it was made with."""

import base64
import hashlib
from importlib.resources import files

PACKAGE = "nnspec.report.page"
STYLE, SCRIPT = "style.css", "script.js"


def policy_of(style: str, script: str) -> str:
    """Return the Content-Security-Policy that allows this style and this script alone."""
    return (
        f"default-src 'none'; style-src {digest(style)}; script-src {digest(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def resource(name: str) -> str:
    """Return a file of the page: its style or its script."""
    return files(PACKAGE).joinpath(name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """Return a text as a policy names it, by its hash."""
    found = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(found).decode()}'"
