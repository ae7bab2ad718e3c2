"""What takes longest of a page at scale smoke, in less time: for tests of pages, and for the kernel of notebooks."""

from __future__ import annotations

from functools import partial

import pytest

import dg.generator
from benchmarks.downstream import classification, forecasting

TOGETHER = 120  # samples that a run of scale smoke makes together, all that are wanted of it; 500 otherwise
TOLERANCE = 0.1  # of the loss, under which a multi-layer perceptron stops; 1e-4 otherwise, for ten times as long


def samples_together(patch: pytest.MonkeyPatch) -> None:
    """In one chunk, no larger than what is wanted."""
    patch.setattr(dg.generator, "CHUNK", TOGETHER)


def predictors_soon(patch: pytest.MonkeyPatch) -> None:
    """The perceptrons of the downstream tasks stop early; their scores are kept under names of their own."""
    for module, name in ((forecasting, "MLPRegressor"), (classification, "MLPClassifier")):
        patch.setattr(module, name, partial(getattr(module, name), tol=TOLERANCE))
