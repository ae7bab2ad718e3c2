"""Runs of the tasks of GCUT."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from experiments.runs.run import Run


@pytest.fixture
def tasks(smoke: Callable[..., Run]) -> list[Run]:
    """DoppelGANger, AR, RCGAN, which cannot generate the metadata of tasks, and the bootstrap."""
    short = {"rcgan": ["batches=1", "scale.validation.samples=10"]}
    return [
        smoke(f"model={model}", "dataset=gcut", *short.get(model, ()))
        for model in ("doppelganger", "ar", "rcgan", "bootstrap")
    ]
