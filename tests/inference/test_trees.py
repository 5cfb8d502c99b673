"""A forest of arrays says what scikit-learn's says."""

import numpy as np
import pytest

from inference.trees import Forest

ensemble = pytest.importorskip("sklearn.ensemble")


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(300, 6)).astype(np.float32)
    return features, (features[:, 0] + features[:, 1] > 0).astype(int) + (features[:, 2] > 1)


def test_probabilities_are_those_of_scikit_learn(table):
    features, label = table
    model = ensemble.ExtraTreesClassifier(20, min_samples_leaf=10, random_state=0).fit(features, label)
    assert Forest.from_sklearn(model).predict(features) == pytest.approx(model.predict_proba(features), abs=2e-3)


def test_a_file_brings_back_the_same_forest(table, tmp_path):
    features, label = table
    forest = Forest.from_sklearn(ensemble.ExtraTreesClassifier(5, random_state=0).fit(features, label))
    forest.save(tmp_path / "forest.npz")
    assert (Forest.load(tmp_path / "forest.npz").predict(features) == forest.predict(features)).all()
