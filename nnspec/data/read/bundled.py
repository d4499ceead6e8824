"""Reads scikit-learn's bundled sets; nothing is fetched, they come with the library."""

import hashlib
from importlib import import_module
from typing import Any

import numpy as np

from nnspec.data.columns.refusals import refuse
from nnspec.data.read.raw import Raw
from nnspec.data.table import Values
from nnspec.spec.builtin import BUNDLED_SETS
from nnspec.spec.source import BUNDLED, nearest


def read_bundled(source: str) -> Raw:
    """Read a bundled set; its columns are those of `BUNDLED_SETS`.

    Raises:
        Refused: S106 for an unknown name.
    """
    name = source[len(BUNDLED) :]
    if name not in BUNDLED_SETS:
        names = tuple(BUNDLED_SETS)
        message = f'no bundled set is called "{name}"; there are {", ".join(names)}'
        raise refuse("S106", message, hint=nearest(name, names))
    bunch, known = _load(name), BUNDLED_SETS[name]
    features = [bunch.images] if known.shapes else list(bunch.data.T)
    targets = list(bunch.target.T) if bunch.target.ndim > 1 else [bunch.target]
    arrays = dict(zip(known.columns, features + targets, strict=True))
    return Raw(arrays, known.rows, text=False, source=source, fingerprint=_fingerprint(arrays))


def _load(name: str) -> Any:  # noqa: ANN401 - scikit-learn is untyped
    """Return scikit-learn's own object; the library takes seconds to import, so only here."""
    return getattr(import_module("sklearn.datasets"), f"load_{name}")()


def _fingerprint(arrays: dict[str, Values]) -> str:
    """Return the SHA-256 over names, types and values."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
