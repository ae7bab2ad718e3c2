"""Verdicts against scipy's paired t test and against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp, ttest_rel

from experiments.paper.claims import Verdict, all_of, better, by_seed, closest, within


def scores(**models: list[float]) -> pd.DataFrame:
    rows = [(model, seed, value) for model, values in models.items() for seed, value in enumerate(values)]
    return by_seed(pd.DataFrame(rows, columns=["model", "seed", "score"]), "score")


def outcome(*verdicts: Verdict) -> str:
    (verdict,) = verdicts
    return verdict.outcome


positive = st.lists(st.floats(0.01, 100), min_size=5, max_size=5)


@given(ours=positive, theirs=positive)
def test_the_interval_is_that_of_the_paired_t_test(ours, theirs):
    test = ttest_rel(np.log(ours), np.log(theirs))
    if not np.isfinite(test.pvalue) or abs(test.pvalue - 0.05) < 1e-6:
        return
    expected = "inconclusive" if test.pvalue > 0.05 else "holds" if test.statistic < 0 else "fails"
    assert outcome(*better("closer", scores(a=ours, b=theirs), "a", ["b"])) == expected
    higher = ttest_rel(ours, theirs)
    if abs(higher.pvalue - 0.05) > 1e-6:
        expected = "inconclusive" if higher.pvalue > 0.05 else "holds" if higher.statistic > 0 else "fails"
        assert outcome(*better("better", scores(a=ours, b=theirs), "a", ["b"], higher=True)) == expected


def test_the_numbers_that_decided_are_told():
    """Ratios of 1/2 with every seed: no spread at all."""
    (verdict,) = better("closer", scores(ours=[1, 2, 3], ar=[2, 4, 6]), "ours", ["ar"])
    assert str(verdict) == "closer: **holds**; against AR 0.5 times (0.5 to 0.5)."
    (verdict,) = better("better", scores(ours=[0.7, 0.8, 0.9], ar=[0.5, 0.6, 0.7]), "ours", ["ar"], higher=True)
    assert str(verdict) == "better: **holds**; against AR +0.2 (+0.2 to +0.2)."


def test_it_holds_against_all_or_not():
    table = scores(ours=[1, 1.1, 0.9], far=[9, 9.1, 8.9], near=[1.0, 0.9, 1.1], nearer=[0.1, 0.11, 0.09])
    assert outcome(*better("", table, "ours", ["far"])) == "holds"
    assert outcome(*better("", table, "ours", ["far", "near"])) == "inconclusive"
    assert outcome(*better("", table, "ours", ["far", "near", "nearer"])) == "fails"
    assert better("", table, "ours", ["not run"]) == better("", table, "not run", ["far"]) == []


@pytest.mark.parametrize("seeds", [1, 2])
def test_few_seeds_decide_nothing(seeds):
    assert outcome(*better("", scores(ours=[1.0] * seeds, ar=[9.0] * seeds), "ours", ["ar"])) == "inconclusive"


def test_undefined_seeds_count_and_what_was_not_run_does_not():
    """Undefined is worse than any number, for either side."""
    nan = float("nan")
    assert outcome(*better("", scores(ours=[1, 1, 1], ar=[nan, nan, 2]), "ours", ["ar"])) == "holds"
    assert outcome(*better("", scores(ours=[1, nan, 1], ar=[9, 9, 9]), "ours", ["ar"])) == "inconclusive"
    assert outcome(*better("", scores(ours=[nan, nan, nan], ar=[9, 9, 9]), "ours", ["ar"])) == "fails"
    (verdict,) = better("", scores(ours=[1, 1, 1], ar=[9, 9]), "ours", ["ar"])
    assert verdict.outcome == "inconclusive" and "2 seeds" in verdict.reason


def test_presets_do_not_compete_and_controls_do():
    rows = [
        (model, seed, value * (1 + seed / 100))
        for model, value in {"doppelganger": 2, "doppelganger_plain": 1, "ar": 4, "gaussian": 3, "bootstrap": 1}.items()
        for seed in range(3)
    ]
    frame = pd.DataFrame(rows, columns=["model", "seed", "score"])
    assert [verdict.outcome for verdict in closest("", frame, "score", "doppelganger")] == ["holds", "holds"]
    frame.loc[frame["model"] == "gaussian", "score"] = 0.5
    assert [verdict.outcome for verdict in closest("", frame, "score", "doppelganger")] == ["holds", "fails"]


@given(st.lists(st.floats(0, 1), min_size=3, max_size=6))
def test_within_is_the_interval_of_a_mean(values):
    if np.ptp(values) < 1e-6:
        return
    interval = ttest_1samp(values, 0).confidence_interval(0.95)
    if min(abs(interval.low - 0.6), abs(interval.high - 0.6)) < 1e-9:
        return
    expected = "holds" if interval.high < 0.6 else "fails" if interval.low >= 0.6 else "inconclusive"
    assert within("", pd.Series(values), lambda value: value < 0.6).outcome == expected


def test_a_claim_of_several_parts():
    parts = [Verdict(name, name, "why") for name in ("holds", "inconclusive", "fails")]
    assert outcome(*all_of("", parts[:1])) == "holds"
    assert outcome(*all_of("", parts[:2])) == "inconclusive"
    assert outcome(*all_of("", parts)) == "fails"
    assert all_of("", []) == []
