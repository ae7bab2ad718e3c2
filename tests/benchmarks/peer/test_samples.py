"""How rows get to the peer and back, with a stand-in for it: its own environment takes minutes to make."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peer import samples
from benchmarks.peer.environment import PeerUnavailable
from dg.dataset import TimeSeriesDataset
from dg.datasets import mba, wwt

BACKWARDS = """
import json, sys
import numpy as np
asked = json.loads(sys.argv[1])
table = np.load(asked["source"], allow_pickle=False)
n = asked["samples"]
np.savez(asked["target"], features=table["features"][::-1][:n] + 0.0001, attributes=table["attributes"][::-1][:n])
"""


def stand_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    driver = tmp_path / "driver.py"
    driver.write_text(code, encoding="utf-8")
    monkeypatch.setattr(samples, "DRIVER", driver)
    monkeypatch.setattr(samples, "python", lambda: Path(sys.executable))


def drawn(train: TimeSeriesDataset, n: int, log: list[str]) -> TimeSeriesDataset:
    return samples.sampled(train, n, log=log, batches=10, sample_len=11, seed=0)


def test_rows_come_back_in_their_own_units(monkeypatch, tmp_path):
    """Whole views and categories in their order; the logarithm is taken and undone."""
    stand_in(monkeypatch, tmp_path, BACKWARDS)
    pages = wwt.load(samples=20, seed=0)
    back = drawn(pages, 8, ["views"])
    np.testing.assert_array_equal(back.measurements, np.rint(np.expm1(np.log1p(pages.measurements[::-1][:8]) + 1e-4)))
    for field in pages.schema.metadata:
        assert list(back.metadata[field.name]) == list(pages.metadata[field.name][::-1][:8])


def test_without_a_logarithm(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, BACKWARDS)
    homes = mba.load(samples=20, seed=0)
    np.testing.assert_allclose(drawn(homes, 20, []).measurements, homes.measurements[::-1], atol=1e-2)


def test_its_last_words_are_told_where_it_fails(monkeypatch, tmp_path):
    stand_in(monkeypatch, tmp_path, "raise SystemExit('no module named gretel_synthetics')")
    with pytest.raises(PeerUnavailable, match="failed: no module named gretel_synthetics"):
        drawn(wwt.load(samples=20, seed=0), 5, [])


def test_what_it_cannot_take_is_refused(ragged):
    with pytest.raises(ValueError, match=r"categorical metadata|one length"):
        drawn(ragged, 5, [])
