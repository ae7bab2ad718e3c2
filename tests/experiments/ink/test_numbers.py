"""How numbers are printed."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.ink.numbers import percent, printed, reach, spread


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.12345, None, "0.123"),
        (1234.5, None, "1,234"),
        (0.12345, ".2f", "0.12"),
        (-4.5274e18, ".3f", "-4.5e+18"),
        (2e9, None, "2.0e+09"),
        (float("nan"), ".3f", "undefined"),
        (float("inf"), None, "undefined"),
    ],
)
def test_one_number(value, form, text):
    assert printed(value, form) == text


def test_over_seeds():
    seeds = pd.Series([0.5, 0.25, 1.0])
    assert (reach(seeds, ".2f"), spread(seeds, ".2f")) == ("0.25 to 1.00", "0.50 (0.25 to 1.00)")
    assert spread(seeds * float("nan")) == "undefined"
    assert [percent(share) for share in (0.5, 0.1234, 0.001234)] == ["50 %", "12.3 %", "0.123 %"]
