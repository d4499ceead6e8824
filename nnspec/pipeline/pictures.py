"""The pictures of a run: those of its map, where it has one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from nnspec.build.competitive import map_of
from nnspec.build.program import Program
from nnspec.data import Preprocessing
from nnspec.data.fit.fitted import CategoryFit
from nnspec.judge.heads import TASKS, Clusters
from nnspec.judge.output import OutputReport
from nnspec.judge.program import Judged
from nnspec.report.map_pictures import PICTURES, MapFacts, draw_map


def with_pictures(outputs: Sequence[OutputReport]) -> tuple[OutputReport, ...]:
    """Return what outputs reached, with the files of the pictures that show it."""
    files = tuple(PICTURES.values())
    clusters = TASKS[Clusters]
    return tuple(replace(one, pictures=files if one.task == clusters else ()) for one in outputs)


def draw_pictures(program: Program, judged: Judged) -> Mapping[str, bytes]:
    """Return the pictures of a trained program by their files; none without a map."""
    layer = map_of(program.core)
    if layer is None or not judged.heads:
        return {}
    trained = judged.answers[judged.heads[0].name]["train"]
    prototypes = np.asarray(layer.prototypes, np.float64)
    hits = np.bincount(trained.prediction.astype(np.int64), minlength=layer.lattice.units)
    names = feature_names(program.fitted, prototypes.shape[1])
    return draw_map(MapFacts(layer.lattice, prototypes, hits, names))


def feature_names(fitted: Preprocessing, width: int) -> tuple[str, ...]:
    """Return a name for each number that a map sees, by its place where layers changed them."""
    names: list[str] = []
    for columns in fitted.inputs.values():
        for name in columns:
            fit = fitted.columns[name]
            values = fit.vocabulary if isinstance(fit, CategoryFit) else ()
            own = fit.width if not fit.shape else 0
            if own == len(values) and own > 1:
                names += [f"{name}: {value}" for value in values]
            else:
                names += [name] if own == 1 else [f"{name} {place}" for place in range(own)]
    if len(names) == width:
        return tuple(names)
    first = next(iter(fitted.columns)) if len(fitted.columns) == 1 else "number"
    return tuple(f"{first} {place}" for place in range(width))
