"""What an import costs, in a new interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

import dg


@pytest.mark.slow
@pytest.mark.parametrize(
    ("imported", "absent"),
    [
        ("import dg", ["torch", "lightning", "pandas"]),
        ("from dg import Schema, TimeSeriesDataset", ["torch", "lightning"]),
        ("import dg, dg.training, dg.doppelganger, benchmarks", ["hydra", "omegaconf", "wandb"]),
        ("import benchmarks", ["torch", "lightning"]),
        (
            "import experiments.evaluate, experiments.generate, experiments.train, experiments.reproduce",
            ["torch", "lightning", "wandb"],
        ),
    ],
)
def test_an_import_does_not_load_what_it_does_not_need(imported: str, absent: list[str]) -> None:
    program = f"{imported}; import sys; print(*[name for name in {absent} if name in sys.modules])"
    finished = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert finished.stdout.split() == []


def test_every_public_name_is_there() -> None:
    for name in dg.__all__:
        assert getattr(dg, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'dg' has no attribute 'Discriminator'"):
        dg.Discriminator  # noqa: B018
