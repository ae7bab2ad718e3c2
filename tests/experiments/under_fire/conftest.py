from __future__ import annotations

import time

import pytest

from tests.commands import Command
from tests.experiments.under_fire.sweeps import CELLS, Undisturbed, alone, made


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """In a process whose imports are done."""
    Command("experiments.train", "--help").finish()
    outputs, start = tmp_path_factory.mktemp("undisturbed"), time.monotonic()
    alone(outputs)
    found = Undisturbed(made(outputs), time.monotonic() - start)
    assert len(found.made) == 3 * CELLS
    return found
