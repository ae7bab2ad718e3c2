"""Which generated samples are drawn: the nearest ones, by SciPy, on one scale for both sides."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from experiments.studies.nearest_pairs import draw, pairs


def test_the_nearest_pairs_by_scipy(equal):
    members, nonmembers, generated = equal.take(slice(20)), equal.take(slice(20, 40)), equal.take(slice(40, 60))
    flat = [side.without_metadata() for side in (generated, nonmembers, members)]
    found = pairs(*flat)
    low, high = flat[2].measurements.min(axis=(0, 1)), flat[2].measurements.max(axis=(0, 1))
    made, known = (((side.measurements - low) / (high - low)).reshape(20, -1) for side in flat[:2])
    away = cdist(made, known)
    best = np.argsort(away.min(axis=1))[:3]
    assert [pair.generated for pair in found] == best.tolist()
    assert [pair.real for pair in found] == away.argmin(axis=1)[best].tolist()
    np.testing.assert_allclose([pair.distance for pair in found], away.min(axis=1)[best], rtol=1e-5)


def test_a_copy_is_drawn_at_no_distance(equal):
    members, nonmembers = equal.take(slice(20)), equal.take(slice(20, 40))
    figure = draw(members, nonmembers, equal.take(np.array([7, 45, 46])), rng=np.random.default_rng(0))
    titles = [axis.get_title(loc="right") for axis in figure.axes]
    assert titles[1] == "at 0" and "at 0" not in titles[2:] and len(figure.axes) == 12
    lines = [axis.lines[0].get_ydata() for axis in figure.axes]
    assert (lines[0] == lines[1]).all() and (lines[0] == members.measurements[7, :, 0]).all()
