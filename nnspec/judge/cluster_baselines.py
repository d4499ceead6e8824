"""Floor 8, the baseline of clusters: scikit-learn's KMeans with as many clusters, on the same rows.

Units of a map that win no row are counted: KMeans is given as many as the map could use.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from sklearn.cluster import KMeans

from nnspec.judge.answers import Answers
from nnspec.judge.baselines import TRAIN, Baselines
from nnspec.judge.cluster_answers import ClusterAnswers
from nnspec.judge.cluster_figures import SILHOUETTE_ROWS, measure_clusters
from nnspec.judge.heads import Clusters

CELLS = 40_000_000
"""Rows times clusters times features up to which KMeans is fitted; rows are drawn above it."""
STARTS = 3
"""Times that KMeans begins anew, of which the best is kept."""


def fit_kmeans(head: Clusters, answers: Mapping[str, Answers], *, seed: int) -> Baselines:
    """Fit KMeans to the training rows as the map sees them, and judge it on each split."""
    split = {name: one for name, one in answers.items() if isinstance(one, ClusterAnswers)}
    if TRAIN not in split or head.lattice is None:
        return Baselines({}, told_of(split))
    rows = split[TRAIN].seen
    notes = list(told_of(split))
    clusters = min(head.lattice.units, len(np.unique(rows, axis=0)))
    most = max(clusters, CELLS // (clusters * rows.shape[1]))
    if len(rows) > most:
        draw = np.random.Generator(np.random.Philox(seed))
        notes.append(f"kmeans: fitted to {most:,} of {len(rows):,} training rows, drawn at random")
        rows = rows[np.sort(draw.permutation(len(rows))[:most])]
    if clusters < head.lattice.units:
        notes.append(f"kmeans: {clusters:,} clusters, as many as there are different rows")
    fitted = KMeans(clusters, n_init=STARTS, random_state=seed % 2**32).fit(rows)
    found = {name: measure_clusters(head, answered(fitted, one)) for name, one in split.items()}
    return Baselines({"kmeans": found}, tuple(notes))


def told_of(split: Mapping[str, ClusterAnswers]) -> tuple[str, ...]:
    """Return what must be known to read the figures of large splits."""
    large = [name for name, one in split.items() if len(one.rows) > SILHOUETTE_ROWS]
    if not large:
        return ()
    return (f"silhouette: of {SILHOUETTE_ROWS:,} rows drawn at random from {', '.join(large)}",)


def answered(fitted: KMeans, answers: ClusterAnswers) -> ClusterAnswers:
    """Return what KMeans answers for the rows of a split; its clusters have no places."""
    if not len(answers.rows):
        return replace(answers, second=None)
    clusters = fitted.predict(answers.seen)
    away = answers.seen - fitted.cluster_centers_[clusters]
    distance = np.sqrt((away**2).sum(axis=1))
    return replace(answers, prediction=clusters, distance=distance, second=None)


def beside_clusters(
    head: Clusters, answers: Mapping[str, Answers], *, seed: int, wanted: bool
) -> Baselines:
    """Return what stands beside the figures of clusters: KMeans where baselines are wanted."""
    if wanted:
        return fit_kmeans(head, answers, seed=seed)
    split = {name: one for name, one in answers.items() if isinstance(one, ClusterAnswers)}
    return Baselines({}, told_of(split))
