"""What ranks readings learns from films of which one reading is right."""

from dataclasses import dataclass

import numpy as np

from inference.ranking import rank
from inference.readings import FEATURES
from inference.train import ranking
from inference.train.counted import Table
from inference.train.pool import SYNTHETIC


@dataclass(frozen=True)
class Film:
    true: int
    source: str = "clips"
    speed: float = 1.0
    weight: float = 1.0


def table(rng: np.random.Generator, film: Film) -> Table:
    """Twelve readings; the right one has more of the first feature than the others of its film."""
    counts = rng.permutation(12)
    features = 0.01 * rng.normal(size=(12, len(FEATURES))).astype(np.float32)
    features[:, 0] = rng.normal() + np.where(counts == film.true, 2, rng.uniform(-2, 1, 12))
    return Table(film, [], counts, features)


def test_the_right_reading_is_found_among_its_own(monkeypatch):
    monkeypatch.setattr(ranking, "STEPS", 100)
    rng = np.random.default_rng(0)
    films = [Film(int(rng.integers(12)), source) for source in ("clips", SYNTHETIC) for _ in range(60)]
    network = ranking.train([table(rng, film) for film in films], seed=0)
    unseen = [table(rng, Film(int(rng.integers(12)))) for _ in range(40)]
    right = [t.counts[rank([network], t.features).argmax()] == t.film.true for t in unseen]
    assert np.mean(right) > 0.8


def test_a_film_without_a_right_reading_teaches_nothing(monkeypatch):
    monkeypatch.setattr(ranking, "STEPS", 3)
    rng = np.random.default_rng(1)
    good, bad = table(rng, Film(3)), table(rng, Film(50))
    one, same = (ranking.train(tables, seed=0) for tables in ([good], [bad, good]))
    assert all((a == b).all() for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert (one.ranges.middle == same.ranges.middle).all()


def test_real_and_synthetic_films_weigh_the_same():
    rng = np.random.default_rng(2)
    films = [Film(1), Film(1, speed=2.0), *(Film(1, SYNTHETIC) for _ in range(8))]
    chances = ranking._weigh([table(rng, film) for film in films])
    assert chances[:2].sum() == chances[2:].sum() == 0.5
    assert chances[0] == 2 * chances[1]
