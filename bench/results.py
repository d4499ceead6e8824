"""Figures with their date and machine, kept in bench/results/ next to earlier ones."""

import datetime as dt
import importlib.metadata
import json
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nnspec.engine import available_cores

RESULTS = Path(__file__).parent / "results"


def record(kind: str, figures: Sequence[dict[str, Any]]) -> None:
    """Write figures with date and machine."""
    now = dt.datetime.now(dt.UTC)
    document = {
        "kind": kind,
        "date": now.isoformat(timespec="seconds"),
        "machine": {
            "processor": processor(),
            "cores": available_cores(),
            "load": os.getloadavg()[0],
            "python": platform.python_version(),
            "tensorflow": importlib.metadata.version("tensorflow"),
        },
        "figures": list(figures),
    }
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{now:%Y-%m-%d-%H%M}-{kind}.json"
    file.write_text(json.dumps(document, indent=2) + "\n")
    print(f"written to {file}")


def processor() -> str:
    """Return the processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((one.split(":")[1].strip() for one in lines if one.startswith("model name")), "")
