"""Colours can be told apart by readers who see no red or no green, and seen on white paper."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from omegaconf import OmegaConf

from experiments.ink.models import CONF, LINES, REAL, REAL_COLOUR, colour_of, is_control, line_of, models, select

CONTRAST, APART = 3.0, 15.0  # WCAG 2.1 for graphics; CIE 1976 ΔE*, of which 2.3 is a just noticeable difference
# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
SEEN = {
    "all colours": np.eye(3),
    "no red (protanopia)": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green (deuteranopia)": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])


def linear(colour: str) -> np.ndarray:
    """Linear RGB of "#rrggbb" in sRGB (IEC 61966-2-1)."""
    values = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB, white at (1, 1, 1)."""
    ratio = XYZ @ np.clip(rgb, 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one: str, other: str, seen: np.ndarray) -> float:
    return float(np.linalg.norm(lab(seen @ linear(one)) - lab(seen @ linear(other))))


def test_the_measures_are_those_of_the_books():
    """L*a*b* of white and red; red and olive are one to who sees no green, Okabe and Ito's vermillion and green two."""
    np.testing.assert_allclose(lab(linear("#FFFFFF")), [100, 0, 0], atol=0.01)
    np.testing.assert_allclose(lab(linear("#FF0000")), [53.24, 80.09, 67.20], atol=0.02)
    assert (
        distance("#FF0000", "#A47B00", SEEN["no green (deuteranopia)"]) < 20 < distance("#FF0000", "#A47B00", np.eye(3))
    )
    assert distance("#D55E00", "#009E73", SEEN["no green (deuteranopia)"]) > APART


@pytest.mark.parametrize("seen", SEEN.values(), ids=SEEN.keys())
def test_every_two_colours_can_be_told_apart(seen):
    colours = {colour_of(name) for name in models()} | {REAL_COLOUR}
    assert None not in colours and len(colours) == 10
    near = {(one, other): distance(one, other, seen) for one, other in combinations(sorted(colours), 2)}
    assert min(near.values()) >= APART, min(near.items(), key=lambda item: item[1])


def test_every_colour_is_seen_on_white():
    for colour in {str(colour_of(name)) for name in models()}:
        assert 1.05 / ((XYZ @ linear(colour))[1] + 0.05) >= CONTRAST, colour


def test_a_colour_is_one_model_and_its_presets():
    """A preset inherits it, and is told by its line; controls share their grey, and real data alone are black."""
    for one, other in combinations(models(), 2):
        same = one.startswith(f"{other}_") or other.startswith(f"{one}_") or one.split("_")[0] == other.split("_")[0]
        assert (colour_of(one) == colour_of(other)) == (same or (is_control(one) and is_control(other))), (one, other)
        assert REAL_COLOUR not in (colour_of(one), colour_of(other))
    assert colour_of(REAL) == colour_of("held_out") == REAL_COLOUR
    assert colour_of("rcgan_kept") == colour_of("rcgan") and line_of("rcgan_kept") != line_of("rcgan")
    assert colour_of("peer") == colour_of("doppelganger") and colour_of("of_somebody_else") is None


RULES = [["wwt"], ["mba"], ["gcut"], ["wwt", "best", "-doppelganger_500"], ["mba", "best"], ["gcut", "best"]]
NAMED = [
    str(named).split(",")
    for file in CONF.glob("lineup/*.yaml")
    if "${" not in (named := OmegaConf.to_container(OmegaConf.load(file)).get("model", "${"))
]


@pytest.mark.parametrize(
    "shown", [*(select(*rules) for rules in RULES), *NAMED], ids=lambda shown: "-".join(shown)[:40]
)
def test_in_a_line_up_no_two_models_look_the_same(shown):
    """Line-ups of names, and those of rules, on every dataset."""
    looks = {model: (colour_of(model), line_of(model)) for model in shown}
    assert len(set(looks.values())) == len(shown), looks
    assert {line for _, line in looks.values()} <= set(LINES)
