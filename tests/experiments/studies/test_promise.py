"""How often a guess can be right by a promise, by hand and by SciPy, and what a card without numbers says."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from scipy.stats import norm

from dg.card import Card
from experiments.studies.promise import certain_guess, promise, terms_of

CARD = Card("toy", 99, (1, 7), "ab", datetime.date(2026, 11, 28), 5, 0, 1.0, "cpu", {})


@pytest.mark.parametrize(
    ("epsilon", "delta", "mu", "expected"),
    [
        (0.0, 0.0, None, 1 / 2),
        (1.0986122886681098, 0.0, None, 3 / 4),  # e^ε is 3: randomised response, told truly three times of four
        (0.0, 0.2, None, 0.6),  # one sample of five is published
        (9999.0, 0.0, None, 1.0),
        (3.0, 1e-5, 1.0, norm.cdf(0.5)),  # the error of the best test of N(0, 1) against N(1, 1)
        (0.1, 1e-5, 9.0, 1 / (1 + 2.718281828459045**-0.1)),
    ],
)
def test_how_often_a_guess_can_be_right(epsilon: float, delta: float, mu: float | None, expected: float):
    assert certain_guess(epsilon, delta, mu) == pytest.approx(expected, abs=1e-5)


def test_what_a_card_says():
    assert "does not say how its generator was trained" in promise(None, False, 0.0)
    assert "no card" in promise(None, True, 0.0) and "without differential privacy" in promise(CARD, True, 9.0)
    private = replace(CARD, privacy={"epsilon": 1.0, "delta": 0.001, "learnt_scales": True})
    said = promise(private, True, 0.9)
    assert "ε = 1 at δ = 0.001, for one" in said and "which ε does not count" in said and "contradict" not in said
    assert "**The attacks contradict it**: ε is at least 1.20" in promise(private, True, 1.2)
    assert "δ is too large" not in said
    assert "less than 1/99" in promise(replace(CARD, privacy={"epsilon": 1.0, "delta": 0.02}), True, 0.0)
    assert [terms_of(card) for card in (None, CARD, private)] == [None, None, (1.0, 0.001, None)]


@pytest.mark.parametrize(
    "privacy",
    [
        {"epsilon": "**1**", "delta": 0.1},
        {"epsilon": 1.0, "delta": 1.0},
        {"epsilon": 0.0, "delta": 0.001},
        {"epsilon": -1.0, "delta": 0.001},
        {},
    ],
)
def test_what_cannot_be_promised_is_not_repeated(privacy: dict):
    """A card may be a stranger's."""
    said = promise(replace(CARD, privacy=privacy), True, 0.0)
    assert said.startswith("The card speaks of privacy, but not of an ε and a δ that can be") and "**" not in said
