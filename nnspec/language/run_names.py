"""What can name a run, and its folder on every system."""

import re

RUN_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}")
DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that are devices on Windows, whatever ends them."""


def is_run_name(text: str) -> bool:
    """Return whether a text can name a run, and its folder on every system."""
    return bool(RUN_NAME.fullmatch(text)) and not DEVICE.fullmatch(text) and text[-1] != "."
