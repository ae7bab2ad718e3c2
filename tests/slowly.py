"""Which cases of a test `make test-fast` leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

# One preset of each kind of model that learns quickly; `make test` takes every preset.
MODELS = ("doppelganger", "naive_gan", "rcgan", "rnn", "ar", "hmm", "gaussian", "phase_randomized", "bootstrap")


def but(quick: Iterable[Any], cases: Iterable[Any]) -> list[Any]:
    """The cases for pytest.mark.parametrize: slow but for those that are, or as tuples begin with, one of the quick."""
    kept = set(quick)
    return [
        case
        if (case[0] if isinstance(case, tuple) else case) in kept
        else pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=pytest.mark.slow)
        for case in cases
    ]
