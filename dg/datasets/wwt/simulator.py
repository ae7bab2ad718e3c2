"""The embedded default in place of the real data: a simulator of Wikipedia Web Traffic (§5.1.1, Table 7).

    log(1 + views) = level + slow trend + fluctuation + weekly + annual pattern + shared days + noise + bursts

and the views are Poisson counts of that mean, so that days without a view arise by themselves on quiet pages. Table 7's
metadata decide the parameters: access and agent choose the row of TRAFFIC, the domain shifts it by its row of DOMAINS.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import lfilter

from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt.schema import SCHEMA

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Traffic:
    """How the pages of one access and agent are viewed; standard deviations and heights are in log(1 + views)."""

    access: str
    agent: str
    pages: int  # of this kind in the published file
    level: float  # mean over the pages
    level_spread: float  # standard deviation over the pages
    unrest_spread: float  # of the log of each page's own factor on trend, fluctuation, noise and annual pattern
    calm: float  # how far that log falls with each standard deviation of the page's level
    trend: float
    trend_days: float  # memory: the lag at which the correlation is 1/e
    fluctuation: float
    fluctuation_days: float
    noise: float
    weekday: tuple[float, ...]  # mean effect of Monday to Sunday
    weekly_spread: float  # of each page's own weekend effect
    annual: float  # mean height of the yearly season
    shared: float  # of the days that all pages of a class have in common
    bursts: float  # mean number on a page in the 550 days
    burst_spread: float  # coefficient of variation of that number over the pages
    burst_height: float  # scale
    burst_days: float  # memory


@dataclass(frozen=True)
class Domain:
    """How the pages of a domain differ from the calibrated class of their agent."""

    name: str
    pages: int  # of this domain in the published file
    readers: float  # added to the level of all-agents
    spiders: float  # added to the level of spiders
    weekly: float  # factor on the weekly pattern
    annual: float  # factor on the yearly season
    bursts: float  # factor on the number of bursts


# READERS and SPIDERS are calibrated: fitted by Nelder-Mead to 437 complete real rows of de.wikipedia.org and 2,575 of
# es.wikipedia.org (level, spread, zero and burst days, busiest day, 20 lags of the autocorrelation), then adjusted by
# hand. The rest of TRAFFIC and DOMAINS is plausible, not measured: page counts close to the published file's, domains
# independent of access and agent, offices that read on desktops and homes on telephones, English the busiest and the
# two technical wikis quiet.
READERS = Traffic(
    access="all-access", agent="all-agents", pages=39_402,
    level=5.75, level_spread=1.05, unrest_spread=0.12, calm=0.14,
    trend=0.29, trend_days=57.0, fluctuation=0.08, fluctuation_days=6.0, noise=0.15,
    weekday=(0.035, 0.02, 0.0, -0.042, -0.058, -0.05, 0.095), weekly_spread=0.195, annual=0.92,
    shared=0.06, bursts=11.0, burst_spread=0.95, burst_height=1.88, burst_days=5.2,
)  # fmt: skip
SPIDERS = Traffic(
    access="all-access", agent="spider", pages=34_913,
    level=2.42, level_spread=0.71, unrest_spread=0.127, calm=-0.09,
    trend=0.25, trend_days=40.0, fluctuation=0.12, fluctuation_days=5.0, noise=0.12,
    weekday=(0.0, 0.02, 0.05, 0.04, -0.01, -0.06, -0.04), weekly_spread=0.05, annual=0.49,
    shared=0.124, bursts=62.0, burst_spread=0.33, burst_height=1.08, burst_days=0.565,
)  # fmt: skip
TRAFFIC = (
    READERS,
    SPIDERS,
    replace(READERS, access="desktop", pages=34_809, level=5.2, weekday=(0.1, 0.12, 0.11, 0.07, -0.02, -0.24, -0.14)),
    replace(
        READERS, access="mobile-web", pages=35_939, level=4.9, weekday=(-0.03, -0.07, -0.08, -0.09, -0.06, 0.12, 0.2)
    ),
)
DOMAINS = (
    Domain("commons.wikimedia.org", 10_555, readers=-2.6, spiders=-0.6, weekly=0.7, annual=0.5, bursts=0.7),
    Domain("de.wikipedia.org", 18_547, readers=0.0, spiders=0.1, weekly=1.0, annual=1.0, bursts=1.0),
    Domain("en.wikipedia.org", 24_108, readers=1.3, spiders=0.8, weekly=0.8, annual=0.9, bursts=1.3),
    Domain("es.wikipedia.org", 14_069, readers=0.3, spiders=0.0, weekly=1.2, annual=1.2, bursts=1.0),
    Domain("fr.wikipedia.org", 17_802, readers=-0.2, spiders=0.1, weekly=1.0, annual=1.0, bursts=1.0),
    Domain("ja.wikipedia.org", 20_431, readers=0.2, spiders=0.2, weekly=1.1, annual=0.8, bursts=1.2),
    Domain("ru.wikipedia.org", 15_022, readers=0.0, spiders=0.0, weekly=0.9, annual=1.1, bursts=0.9),
    Domain("www.mediawiki.org", 7_300, readers=-2.9, spiders=-0.6, weekly=1.3, annual=0.4, bursts=0.6),
    Domain("zh.wikipedia.org", 17_229, readers=-0.3, spiders=0.0, weekly=0.7, annual=0.8, bursts=1.0),
)
FIRST_WEEKDAY = 2  # 1 July 2015 was a Wednesday; Monday is 0
YEAR = 365.25
WEEKEND = np.array([0.25, -0.25, -0.625, -0.875, -1.0, 1.0, 1.5])  # what a page's own week is like, Monday to Sunday
PEAKS = 0.85  # share of the pages whose season is a peak; a dip for the rest
HEIGHT_SHAPE = 1.6  # Weibull; higher means fewer extreme bursts
LARGEST = 18.02413958371087  # log(1 + views) of the busiest day in the published file (the release's issue 27)
CHUNK = 2_000  # samples that are in float64 at a time


def simulate(samples: int, seed: int) -> TimeSeriesDataset:
    """`samples` simulated pages; take one class with `wwt(n, seed).where(domain=…, access=…, agent=…)`.

    Raises ValueError where `samples` is under 1.
    """
    if samples < 1:
        raise ValueError(f"{samples} samples were asked for; simulate at least 1")
    rng = np.random.default_rng(seed)
    domain = rng.choice(len(DOMAINS), samples, p=_shares([row.pages for row in DOMAINS]))
    traffic = rng.choice(len(TRAFFIC), samples, p=_shares([row.pages for row in TRAFFIC]))
    views = np.empty((samples, SCHEMA.max_length, 1), dtype=np.float32)
    for d, k in np.ndindex(len(DOMAINS), len(TRAFFIC)):
        kind, shared = _in_domain(TRAFFIC[k], DOMAINS[d]), _shared_days(d, k)
        pages = np.flatnonzero((domain == d) & (traffic == k))
        for chunk in np.split(pages, range(CHUNK, len(pages), CHUNK)):
            views[chunk, :, 0] = _views(kind, shared, len(chunk), rng)
    metadata = pd.DataFrame(
        {
            "domain": np.array([row.name for row in DOMAINS])[domain],
            "access": np.array([row.access for row in TRAFFIC])[traffic],
            "agent": np.array([row.agent for row in TRAFFIC])[traffic],
        }
    )
    return TimeSeriesDataset(SCHEMA, metadata, views, np.full(samples, SCHEMA.max_length))


def _shares(pages: list[int]) -> Array:
    return np.array(pages) / sum(pages)


def _in_domain(traffic: Traffic, domain: Domain) -> Traffic:
    """The parameters of one class, domain × access × agent."""
    if traffic.agent == "spider":
        return replace(traffic, level=traffic.level + domain.spiders)
    return replace(
        traffic,
        level=traffic.level + domain.readers,
        weekday=tuple(domain.weekly * effect for effect in traffic.weekday),
        weekly_spread=domain.weekly * traffic.weekly_spread,
        annual=domain.annual * traffic.annual,
        bursts=domain.bursts * traffic.bursts,
    )


def _views(traffic: Traffic, shared: Array, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Counts [n, t] of n pages of one class."""
    t = SCHEMA.max_length
    deviation = rng.standard_normal((n, 1))
    level = traffic.level + traffic.level_spread * deviation
    unrest = np.exp(traffic.unrest_spread * rng.standard_normal((n, 1)) - traffic.calm * deviation)
    restless = (
        traffic.trend * _autoregression(n, t, traffic.trend_days, rng)
        + traffic.fluctuation * _autoregression(n, t, traffic.fluctuation_days, rng)
        + traffic.noise * rng.standard_normal((n, t))
        + _season(n, t, traffic, rng)
        + _bursts(n, t, traffic, rng)
    )
    logs = level + unrest * restless + _week(n, t, traffic, rng) + shared
    return rng.poisson(np.expm1(np.clip(logs, 0, LARGEST)))


def _autoregression(n: int, t: int, days: float, rng: np.random.Generator) -> Array:
    """Stationary AR(1) series [n, t] of variance 1 that forget in `days`."""
    memory = np.exp(-1 / days)
    first = rng.standard_normal((n, 1))
    shocks = np.sqrt(1 - memory**2) * rng.standard_normal((n, t))
    return lfilter([1.0], [1.0, -memory], shocks, axis=1, zi=memory * first)[0]


def _week(n: int, t: int, traffic: Traffic, rng: np.random.Generator) -> Array:
    """The weekday's effect [n, t]: the class's mean, and each page's own for the weekend."""
    days = np.array(traffic.weekday) + traffic.weekly_spread * rng.standard_normal((n, 1)) * WEEKEND
    return days[:, (np.arange(t) + FIRST_WEEKDAY) % 7]


def _season(n: int, t: int, traffic: Traffic, rng: np.random.Generator) -> Array:
    """A peak or dip [n, t] once a year, on each page's own day and from a week to half a year wide."""
    peak = rng.uniform(0, 1, (n, 1))
    narrowness = np.exp(rng.uniform(0, 4, (n, 1)))
    size = rng.exponential(traffic.annual, (n, 1)) * np.where(rng.random((n, 1)) < PEAKS, 1, -1)
    shape = np.exp(narrowness * (np.cos(2 * np.pi * (np.arange(t) / YEAR - peak)) - 1))
    return size * (shape - shape.mean(axis=1, keepdims=True))


def _bursts(n: int, t: int, traffic: Traffic, rng: np.random.Generator) -> Array:
    """Sudden attention [n, t]: on any day, of Weibull height and exponential decay."""
    evenness = traffic.burst_spread**-2
    rate = traffic.bursts / t * rng.gamma(evenness, 1 / evenness, (n, 1))
    impulses = (rng.random((n, t)) < rate) * traffic.burst_height * rng.weibull(HEIGHT_SHAPE, (n, t))
    return lfilter([1.0], [1.0, -np.exp(-1 / traffic.burst_days)], impulses, axis=1)


def _shared_days(domain: int, traffic: int) -> Array:
    """What all pages of a class have in common [t]: the same for every seed."""
    rng = np.random.default_rng([2015, domain, traffic])
    days = 0.6 * _autoregression(1, SCHEMA.max_length, 20.0, rng)[0] + 0.8 * rng.standard_normal(SCHEMA.max_length)
    return TRAFFIC[traffic].shared * (days - days.mean())
