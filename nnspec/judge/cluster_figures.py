"""Floor 8, figures of clusters: how near rows are, how well the map keeps order, what labels say.

Sources: T. Kohonen, Self-Organizing Maps, 2001 (quantization error); K. Kiviluoto, Topology
preservation in self-organizing maps, 1996 (topographic error).
"""

import numpy as np
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.metrics.cluster import contingency_matrix

from nnspec.judge.answers import Array
from nnspec.judge.cluster_answers import ClusterAnswers
from nnspec.judge.figures import Metrics, finite
from nnspec.judge.heads import Clusters

SILHOUETTE_ROWS = 5_000
"""Rows whose silhouettes are averaged, drawn at random from more: each is compared with all."""
LEAST = 2
"""Clusters without which there is nothing to tell apart."""


def measure_clusters(head: Clusters, answers: ClusterAnswers) -> Metrics:
    """Return the figures of one split; those that compare with labels where there are some."""
    found: dict[str, float | None] = {
        "quantization_error": finite(answers.distance.mean()) if len(answers.rows) else None
    }
    if answers.second is not None:
        found["topographic_error"] = topographic_error(head, answers)
    found["silhouette"] = silhouette(answers)
    if answers.target is None:
        return found
    written = answers.target.astype(str)
    known = written != ""
    labels, clusters = np.unique(written[known], return_inverse=True)[1], answers.prediction[known]
    found["adjusted_rand"] = finite(adjusted_rand_score(labels, clusters)) if known.any() else None
    found["purity"] = purity(labels, clusters)
    return found


def topographic_error(head: Clusters, answers: ClusterAnswers) -> float | None:
    """Return the share of rows whose two nearest units are no neighbours on the map."""
    if head.lattice is None or answers.second is None or not len(answers.rows):
        return None
    beside = head.lattice.neighbours()[answers.prediction.astype(np.int64), answers.second]
    return finite(1.0 - beside.mean())


def silhouette(answers: ClusterAnswers) -> float | None:
    """Return the mean silhouette, undefined where there is one cluster, or one for each row."""
    chosen = np.arange(len(answers.rows))
    if len(chosen) > SILHOUETTE_ROWS:
        draw = np.random.Generator(np.random.Philox(0))
        chosen = np.sort(draw.permutation(len(chosen))[:SILHOUETTE_ROWS])
    clusters = answers.prediction[chosen]
    if not LEAST <= len(np.unique(clusters)) < len(chosen):
        return None
    return finite(silhouette_score(answers.seen[chosen], clusters))


def purity(labels: Array, clusters: Array) -> float | None:
    """Return the share of rows whose label is the most frequent one of their cluster."""
    if not len(labels):
        return None
    counts = contingency_matrix(labels, clusters)
    return finite(counts.max(axis=0).sum() / len(labels))
