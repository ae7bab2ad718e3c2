"""The simulator of Wikipedia Web Traffic: its promises, and its statistics beside those of real rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dg.dataset import TimeSeriesDataset
from dg.datasets import wwt
from dg.datasets.wwt.simulator import simulate

READERS = {"domain": "de.wikipedia.org", "access": "all-access", "agent": "all-agents"}
SPIDERS = {"domain": "es.wikipedia.org", "access": "all-access", "agent": "spider"}
TOLERANCES = {
    "level, mean": 0.15,
    "level, spread": 0.12,
    "zero days": 0.006,
    "spread within a page, median": 0.06,
    "day to day, median": 0.05,
    "burst days": 0.01,
    "busiest day above the median": 1.0,
    "lag 1": 0.04,
    "lag 2": 0.04,
    "lag 7": 0.04,
    "lag 14": 0.04,
    "lag 56": 0.04,
    "lag 180": 0.04,
    "lag 364": 0.04,
}


@pytest.fixture(scope="module")
def simulated() -> TimeSeriesDataset:
    return simulate(25_000, seed=0)


@pytest.fixture(scope="module")
def real(shared_data: Path) -> TimeSeriesDataset:
    return wwt.load(shared_data / "wwt" / "train_1_subset.csv.gz")


def test_a_seed_is_one_dataset() -> None:
    first = simulate(200, seed=1)
    assert first.fingerprint == simulate(200, seed=1).fingerprint
    assert first.fingerprint != simulate(200, seed=2).fingerprint


def test_views_are_counts_of_550_days(simulated: TimeSeriesDataset) -> None:
    views = simulated.measurement("views")
    assert simulated.schema == wwt.SCHEMA
    assert views.shape == (25_000, 550)
    assert (views >= 0).all()
    assert (views == np.round(views)).all()
    assert (simulated.lengths == 550).all()


def test_only_the_accesses_and_agents_of_the_published_file(simulated: TimeSeriesDataset) -> None:
    pairs = simulated.metadata[["access", "agent"]].astype(str).drop_duplicates()
    assert set(map(tuple, pairs.to_numpy())) == {
        ("all-access", "all-agents"),
        ("all-access", "spider"),
        ("desktop", "all-agents"),
        ("mobile-web", "all-agents"),
    }


def test_every_domain_in_its_share(simulated: TimeSeriesDataset) -> None:
    shares = simulated.metadata["domain"].value_counts(normalize=True)
    assert len(shares) == 9
    for domain, pages in (("en.wikipedia.org", 24_108), ("www.mediawiki.org", 7_300)):
        assert shares[domain] == pytest.approx(pages / 145_063, abs=0.01)


def test_at_least_one_sample() -> None:
    assert len(simulate(1, seed=0)) == 1
    with pytest.raises(ValueError, match="simulate at least 1"):
        simulate(0, seed=0)


@pytest.mark.parametrize("of", [READERS, SPIDERS], ids=["readers", "spiders"])
def test_a_class_resembles_its_real_rows(
    simulated: TimeSeriesDataset, real: TimeSeriesDataset, of: dict[str, str]
) -> None:
    expected = statistics(real.where(**of).measurement("views"))
    found = statistics(simulated.where(**of).measurement("views"))
    table = "\n".join(f"{name:30} real {expected[name]:.3f} simulated {found[name]:.3f}" for name in TOLERANCES)
    assert all(abs(found[name] - expected[name]) <= TOLERANCES[name] for name in TOLERANCES), table


def test_weekdays_and_metadata_act_as_documented(simulated: TimeSeriesDataset) -> None:
    """Offices read on desktops, homes on telephones; English is read the most; spiders come to all alike."""
    assert weekend_effect(simulated.where(access="desktop")) < -0.1
    assert weekend_effect(simulated.where(access="mobile-web")) > 0.1
    level = {name: np.log1p(simulated.where(domain=name).measurement("views")).mean() for name in wwt_domains()}
    assert max(level, key=lambda name: level[name]) == "en.wikipedia.org"
    assert statistics(simulated.where(agent="spider").measurement("views"))["level, spread"] < 1


def test_the_mixture_looks_like_figure_1(simulated: TimeSeriesDataset) -> None:
    logs = np.log1p(simulated.measurement("views")[:2_000])
    curve = {lag: correlation(logs, lag) for lag in (1, 6, 7, 8, 13, 14, 15, 357, 361, 364, 367, 250)}
    assert curve[7] > max(curve[6], curve[8])
    assert curve[14] > max(curve[13], curve[15])
    assert curve[364] > max(curve[361], curve[367], curve[250] + 0.1)
    assert 0.5 < curve[1] < 0.75
    assert 0.35 < curve[7] < 0.6
    assert 0.1 < curve[364] < 0.35


def statistics(views: NDArray[np.float32]) -> dict[str, float]:
    logs = np.log1p(views)
    above = logs - np.median(logs, axis=1, keepdims=True)
    return {
        "level, mean": float(logs.mean()),
        "level, spread": float(logs.mean(axis=1).std()),
        "zero days": float((views == 0).mean()),
        "spread within a page, median": float(np.median(logs.std(axis=1))),
        "day to day, median": float(np.median(np.diff(logs, axis=1).std(axis=1))),
        "burst days": float((above > 1.5).mean()),
        "busiest day above the median": float(np.median(above.max(axis=1))),
    } | {f"lag {lag}": correlation(logs, lag) for lag in (1, 2, 7, 14, 56, 180, 364)}


def correlation(logs: NDArray[np.float32], lag: int) -> float:
    """The mean over the pages of numpy's Pearson correlation of a series with itself `lag` days later."""
    with np.errstate(invalid="ignore"):
        return float(np.nanmean([np.corrcoef(row[:-lag], row[lag:])[0, 1] for row in logs]))


def weekend_effect(dataset: TimeSeriesDataset) -> float:
    """Mean log views of Saturdays and Sundays less the other days'; 1 July 2015 was a Wednesday."""
    days = np.arange("2015-07-01", "2017-01-01", dtype="datetime64[D]")
    logs = np.log1p(dataset.measurement("views")).mean(axis=0)
    weekend = ~np.is_busday(days)
    return float(logs[weekend].mean() - logs[~weekend].mean())


def wwt_domains() -> tuple[str, ...]:
    return wwt.SCHEMA.metadata[0].values  # type: ignore[union-attr]
