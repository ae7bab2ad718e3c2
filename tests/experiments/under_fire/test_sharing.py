"""Two processes that start the same sweep at once share its cells."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.experiments.under_fire.sweeps import CELLS, made, refuse_remains, start

pytestmark = pytest.mark.slow
TRAINED = re.compile(r"(\w+) seed (\d+): simulated")


def test_two_processes_that_start_the_same_sweep_at_once_share_the_work(tmp_path, undisturbed):
    """Each cell is trained by one of them, both train some, and both end well."""
    sweeps = [start(tmp_path) for _ in range(2)]
    said = [sweep.finish() for sweep in sweeps]
    assert [status for status, _, _ in said] == [0, 0], said
    trained = [Counter(TRAINED.findall(output + errors)) for _, output, errors in said]
    assert all(trained) and sum(trained, Counter[tuple[str, str]]()).total() == CELLS, said
    assert made(tmp_path) == undisturbed.made
    refuse_remains(tmp_path)
