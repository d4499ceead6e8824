"""Figures of clusters by hand and against scikit-learn; what KMeans stands beside them for."""

import numpy as np
import pytest
from sklearn import datasets, metrics

from nnspec.build.lattice import Lattice
from nnspec.judge.cluster_answers import ClusterAnswers
from nnspec.judge.cluster_baselines import fit_kmeans
from nnspec.judge.cluster_figures import measure_clusters
from nnspec.judge.heads import Clusters

LINE = Clusters("map", ("kind",), Lattice(1, 4))


def answers(
    cluster: list[int], second: list[int], labels: list[str] | None, seen: list[list[float]]
) -> ClusterAnswers:
    return ClusterAnswers(
        np.arange(len(cluster)),
        np.array(cluster),
        None if labels is None else np.array(labels, dtype=object),
        distance=np.arange(len(cluster), dtype=np.float64),
        second=np.array(second),
        seen=np.array(seen, dtype=np.float64),
    )


def test_figures_of_clusters_are_those_of_their_definitions() -> None:
    seen = [[0.0], [0.1], [5.0], [5.1]]
    one = answers([0, 0, 3, 3], [1, 2, 2, 0], ["a", "a", "a", "b"], seen)
    found = measure_clusters(LINE, one)
    assert found["quantization_error"] == pytest.approx(1.5)
    assert found["topographic_error"] == pytest.approx(0.5)
    assert found["purity"] == pytest.approx(0.75)
    assert found["silhouette"] == pytest.approx(metrics.silhouette_score(seen, [0, 0, 3, 3]))
    expected = metrics.adjusted_rand_score(["a", "a", "a", "b"], [0, 0, 3, 3])
    assert found["adjusted_rand"] == pytest.approx(expected)


def test_one_cluster_has_no_silhouette_and_rows_without_labels_are_not_compared() -> None:
    found = measure_clusters(LINE, answers([1, 1], [2, 2], None, [[0.0], [1.0]]))
    assert found["silhouette"] is None
    assert "purity" not in found
    assert "adjusted_rand" not in found


def test_kmeans_has_as_many_clusters_and_is_judged_on_the_same_rows() -> None:
    rows = datasets.load_iris().data
    apart = np.linalg.norm(rows[:, None] - rows[None, [0, 50, 100, 149]], axis=-1)
    order = np.argsort(apart, axis=1)
    labels = datasets.load_iris().target
    one = ClusterAnswers(
        np.arange(150),
        order[:, 0],
        labels,
        distance=apart.min(axis=1),
        second=order[:, 1],
        seen=rows,
    )
    found = fit_kmeans(LINE, {"train": one}, seed=0).figures["kmeans"]["train"]
    own = measure_clusters(LINE, one)
    assert found["quantization_error"] is not None
    assert own["quantization_error"] is not None
    assert found["quantization_error"] < own["quantization_error"]
    assert set(own) - set(found) == {"topographic_error"}


def test_kmeans_of_few_rows_has_as_many_clusters_as_there_are_different_ones() -> None:
    one = answers([0, 0, 3], [1, 1, 2], None, [[0.0], [0.0], [5.0]])
    found = fit_kmeans(LINE, {"train": one}, seed=0)
    assert found.figures["kmeans"]["train"]["quantization_error"] == 0.0
    assert "2 clusters" in found.notes[0]


def test_many_rows_have_the_silhouette_of_five_thousand_of_them() -> None:
    random = np.random.default_rng(0)
    seen = random.normal(size=(5001, 1)) + np.arange(5001)[:, None] % 2
    groups = (np.arange(5001) % 2).tolist()
    kept = np.sort(np.random.Generator(np.random.Philox(0)).permutation(5001)[:5000])
    expected = metrics.silhouette_score(seen[kept], np.array(groups)[kept])
    one = answers(groups, groups, None, seen.tolist())
    assert measure_clusters(LINE, one)["silhouette"] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(("groups", "known"), [([0, 0, 1], True), ([0, 1, 2], False)])
def test_as_many_clusters_as_rows_tell_nothing_apart(groups: list[int], *, known: bool) -> None:
    found = measure_clusters(LINE, answers(groups, [1, 2, 3], None, [[0.0], [1.0], [5.0]]))
    assert (found["silhouette"] is not None) is known


def test_rows_without_a_label_are_compared_with_nothing() -> None:
    seen = [[0.0], [0.1], [5.0], [5.1], [9.0]]
    found = measure_clusters(LINE, answers([0, 0, 3, 3, 3], [1] * 5, ["a", "", "b", "a", ""], seen))
    assert found["purity"] == pytest.approx(2 / 3)
    assert found["adjusted_rand"] == metrics.adjusted_rand_score(["a", "b", "a"], [0, 3, 3])
    found = measure_clusters(LINE, answers([0, 3], [1, 2], ["", ""], seen[:2]))
    assert (found["purity"], found["adjusted_rand"]) == (None, None)
