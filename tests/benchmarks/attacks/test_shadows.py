"""LiRA where the answer is known: Gaussian scores, a scale of its own for every model, and candidates of all levels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from benchmarks.attacks.guessing import auc, chance_interval, success_rate
from benchmarks.attacks.shadows import halves, likelihood_ratio


def trained(models: int, n: int, gap: float, seed: int = 0, spread: float = 1.0):
    """Scores of `models` and of a target: each candidate's level, which varies a lot, plus `gap` for members, noise.

    Every model has an offset and a scale of its own, as Wasserstein critics have.
    """
    rng = np.random.default_rng(seed)
    level, noise = rng.normal(0, 10, n), spread * rng.normal(size=(models + 1, n))
    members = np.concatenate([halves(n, models, rng=rng), halves(n, 2, rng=rng)[:1]])
    scale, offset = rng.uniform(0.1, 10, (models + 1, 1)), rng.normal(0, 100, (models + 1, 1))
    scores = offset + scale * (level + gap * members + noise)
    return scores[:-1], members[:-1], scores[-1], members[-1]


@pytest.mark.parametrize("models", [16, 128])
def test_it_is_nearly_as_good_as_who_knows_the_levels(models: int):
    """The best test knows all: AUC Φ(gap / √2) = 0.921 with a gap of 2. The scores themselves tell hardly anything."""
    scores, members, target, truth = trained(models, 2000, gap=2.0)
    ratio = likelihood_ratio(scores, members, target)
    best = norm.cdf(2 / 2**0.5)
    assert best - 0.03 < auc(ratio[truth], ratio[~truth]) < best + 0.02
    assert auc(target[truth], target[~truth]) < 0.6


def test_the_ratio_by_hand():
    """Two in, two out, one candidate told apart: in 2 and 4, out -1 and 1, pooled variances 2; at 3 and at 0."""
    levels = np.array([[2.0, 4.0, -1.0, 1.0]]).T
    scores = np.concatenate([levels, np.tile([50.0, -50.0], (4, 1))], axis=1)
    members = np.tile(np.array([[True, True, False, False]]).T, 3)
    target = np.array([3.0, 50, -50])
    z = (scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True)
    inside, outside = z[:2], z[2:]
    pooled = [np.sqrt(part.var(axis=0, ddof=1).mean()) for part in (inside, outside)]
    seen = (target - target.mean()) / target.std()
    expected = norm.logpdf(seen, inside.mean(axis=0), pooled[0]) - norm.logpdf(seen, outside.mean(axis=0), pooled[1])
    np.testing.assert_allclose(likelihood_ratio(scores, members, target), expected)
    assert expected[0] > 0


def test_a_model_that_learnt_nothing_of_its_members_is_innocent():
    scores, members, target, truth = trained(32, 400, gap=0.0)
    ratio = likelihood_ratio(scores, members, target)
    low, high = chance_interval(200, 200)
    assert low <= success_rate(ratio[truth], ratio[~truth], rng=np.random.default_rng(0)) <= high


def test_a_model_that_knows_its_members_by_heart_is_caught():
    scores, members, target, truth = trained(16, 400, gap=50.0)
    ratio = likelihood_ratio(scores, members, target)
    assert success_rate(ratio[truth], ratio[~truth], rng=np.random.default_rng(0)) == 1


def test_scores_without_noise_have_a_finite_ratio():
    scores, members, target, truth = trained(8, 100, gap=1.0, spread=0.0)
    ratio = likelihood_ratio(scores, members, target)
    assert np.isfinite(ratio).all() and ratio[truth].min() > ratio[~truth].max()


def test_half_of_the_shadow_models_see_each_candidate():
    members = halves(21, 8, rng=np.random.default_rng(0))
    assert (members.sum(axis=0) == 4).all() and set(members.sum(axis=1)) == {10, 11}
    assert len({row.tobytes() for row in members}) == 8
    with pytest.raises(ValueError, match="3 shadow models are no pairs"):
        halves(21, 3, rng=np.random.default_rng(0))


def test_what_shadow_models_cannot_tell_is_refused():
    scores, members, target, _ = trained(8, 20, gap=1.0)
    with pytest.raises(ValueError, match=r"got \(8, 20\), \(8, 20\) and \(19,\)"):
        likelihood_ratio(scores, members, target[1:])
    always = members.copy()
    always[:, 5] = True
    with pytest.raises(ValueError, match="0 of 8 shadow models did not see candidate 5, it takes 2"):
        likelihood_ratio(scores, always, target)
    flat = scores.copy()
    flat[3] = 1
    with pytest.raises(ValueError, match="scores by shadow model 3 are not finite, or are the same"):
        likelihood_ratio(flat, members, target)
    flat[3, 0] = np.nan
    with pytest.raises(ValueError, match="shadow model 3 are not finite"):
        likelihood_ratio(flat, members, target)
