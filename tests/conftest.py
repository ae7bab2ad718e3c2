"""All tests: one thread, examples that repeat, dg and baselines checked against their annotated shapes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import settings
from jaxtyping import install_import_hook

# As for mypy, an int is a float (PEP 484's numeric tower).
install_import_hook(["dg", "baselines"], "beartype.beartype(conf=beartype.BeartypeConf(is_pep484_tower=True))")
torch.set_num_threads(1)
os.environ["OMP_NUM_THREADS"] = "1"  # of the processes that tests start
settings.register_profile("house", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("house")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; a test that needs them is skipped only where it does not exist."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.exists():
        pytest.skip("the real data are not beside the repository, in ../shared/data")
    return folder


@pytest.fixture
def same_weights() -> Callable[[torch.nn.Module, torch.nn.Module], bool]:
    """Bit for bit, what is not a number included."""

    def same(first: torch.nn.Module, second: torch.nn.Module) -> bool:
        a, b = first.state_dict(), second.state_dict()
        return a.keys() == b.keys() and all(a[name].numpy().tobytes() == b[name].numpy().tobytes() for name in a)

    return same
