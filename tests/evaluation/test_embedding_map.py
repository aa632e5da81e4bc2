import numpy as np
from sklearn.decomposition import PCA

from digits.evaluation import embedding_map, evaluate, features
from digits.evaluation.test_sets import test_set as find_set


def test_the_components_are_scikit_learns():
    rng = np.random.default_rng(0)
    vectors = (rng.normal(size=(200, 12)) @ rng.normal(size=(12, 12)) + 5).astype(np.float32)
    found, expected = embedding_map.components(vectors), PCA(2).fit(vectors)
    np.testing.assert_allclose(found.explained, expected.explained_variance_ratio_, rtol=1e-4)
    theirs = expected.transform(vectors)
    signs = np.sign((theirs * found.place(vectors)).sum(axis=0))  # a direction may point either way
    np.testing.assert_allclose(found.place(vectors), theirs * signs, atol=1e-3)


def test_the_components_of_equal_digits_are_a_point():
    found = embedding_map.components(np.ones((10, 4), np.float16))
    np.testing.assert_array_equal(found.place(np.ones((10, 4))), np.zeros((10, 2)))


def test_every_misclassified_digit_is_on_the_map_with_others_around(with_run, monkeypatch):
    monkeypatch.setattr(embedding_map, "NUM_PLACED", 300)
    chosen, told = find_set("tutorial", with_run.settings), []
    found = embedding_map.compute(with_run, "tutorial", lambda *progress: told.append(progress))
    misclassified = {row["index"] for row in evaluate.stored(with_run, chosen)["misclassified"]}
    assert misclassified <= set(found.indices.tolist())
    assert (len(found.indices), found.places.shape) == (300, (300, 2))
    assert np.ptp(np.setdiff1d(found.indices, list(misclassified))) > 900  # from the whole set
    assert told[-1] == (0.3, "Placing 300 digits by their neighbours")
    again = embedding_map.stored(with_run, chosen)
    np.testing.assert_array_equal(again.indices, found.indices)
    np.testing.assert_array_equal(again.places, found.places)
    # A digit of the map itself belongs near its own place, among its own kind.
    vectors = features.stored(with_run, "tutorial")
    distances = [
        np.linalg.norm(found.place(vectors, vectors[i]) - found.places[k]) for k, i in enumerate(found.indices)
    ]
    assert np.median(distances) < 0.1 * np.ptp(found.places)


def test_a_stray_neighbour_does_not_pull_a_digit_into_the_void():
    vectors = np.array([[1, 0], [1, 0.01], [1, 0.02], [1, 0.03], [1, 0.04], [0, 1]], np.float32)
    places = np.array([[0, 0], [0, 0], [0, 0], [1, 1], [90, 90], [50, 0]], np.float32)
    found = embedding_map.Embedding(np.arange(6, dtype=np.int32), places)
    assert found.place(vectors, np.array([2.0, 0.0])).tolist() == [0, 0]


def test_without_a_map_there_is_none(with_run):
    assert embedding_map.stored(with_run, find_set("tutorial", with_run.settings)) is None
