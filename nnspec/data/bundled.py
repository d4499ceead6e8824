"""Reads scikit-learn's bundled sets; nothing is fetched, they come with the library."""

import hashlib

import numpy as np
from sklearn import datasets

from nnspec.data.raw import Raw
from nnspec.data.refusals import refuse
from nnspec.data.table import Values
from nnspec.spec.builtin import BUNDLED_SETS
from nnspec.spec.source import BUNDLED, nearest

_LOADERS = {
    "diabetes": datasets.load_diabetes,
    "iris": datasets.load_iris,
    "digits": datasets.load_digits,
    "wine": datasets.load_wine,
    "breast_cancer": datasets.load_breast_cancer,
    "linnerud": datasets.load_linnerud,
}


def read_bundled(source: str) -> Raw:
    """Read a bundled set; its columns are those of `BUNDLED_SETS`.

    Raises:
        Refused: S106 for an unknown name.
    """
    name = source[len(BUNDLED) :]
    if name not in _LOADERS:
        names = tuple(_LOADERS)
        message = f'no bundled set is called "{name}"; there are {", ".join(names)}'
        raise refuse("S106", message, hint=nearest(name, names))
    bunch = _LOADERS[name]()
    known = BUNDLED_SETS[name]
    features = [bunch.images] if known.shapes else list(bunch.data.T)
    targets = list(bunch.target.T) if bunch.target.ndim > 1 else [bunch.target]
    arrays = dict(zip(known.columns, features + targets, strict=True))
    return Raw(arrays, known.rows, text=False, source=source, fingerprint=_fingerprint(arrays))


def _fingerprint(arrays: dict[str, Values]) -> str:
    """Return the SHA-256 over names, types and values."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
