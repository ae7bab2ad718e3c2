"""The simulator of MBA: its promises, and its statistics beside those of the authors' file."""

from __future__ import annotations

import numpy as np
import pytest

from dg.datasets import mba
from dg.datasets.mba.simulator import simulate


def test_a_seed_is_one_dataset():
    assert simulate(50, seed=1).fingerprint == simulate(50, seed=1).fingerprint != simulate(50, seed=2).fingerprint
    assert len(mba.load()) == 600 and mba.load(samples=7).schema == mba.SCHEMA
    with pytest.raises(ValueError, match="simulate at least 1"):
        simulate(0, seed=0)


@pytest.mark.parametrize("technology", ["DSL", "Fiber", "Cable", "IPBB"])
def test_homes_use_what_real_ones_use(technology, shared_data):
    """Quartiles of the total within 25 % of the authors' file, the daily cycle (lag 4) within 0.2, rare losses."""
    both = mba.load(shared_data / "mba"), simulate(6000, seed=0)
    real, simulated = (homes.where(technology=technology) for homes in both)
    totals = [
        np.quantile(homes.measurement("traffic").sum(axis=1, dtype=float), [0.25, 0.5, 0.75])
        for homes in (real, simulated)
    ]
    np.testing.assert_allclose(totals[1], totals[0], rtol=0.25)
    cycles = []
    for homes in (real, simulated):
        logs = np.log1p(homes.measurement("traffic").astype(float))
        cycles.append(np.mean([np.corrcoef(series[:-4], series[4:])[0, 1] for series in logs]))
    assert cycles[1] == pytest.approx(cycles[0], abs=0.2)
    losses = [(homes.measurement("ping loss rate") > 0).mean() for homes in (real, simulated)]
    assert losses[1] == pytest.approx(losses[0], abs=0.01)
