"""Runs made side by side are those made one after the other, and one that fails stops no other."""

from __future__ import annotations

import pytest

from experiments.runs import side_by_side
from experiments.runs.run import Run

pytestmark = pytest.mark.slow
SMALL = ("scale.samples=60", "batches=3")


def weights(cells) -> list[bytes]:
    return [(Run.of(cell).folder / "generator" / "weights.safetensors").read_bytes() for cell in cells]


def test_the_same_bytes_however_many_at_a_time(config, tmp_path):
    made = []
    for jobs in (1, 2):
        outputs = f"outputs={tmp_path / str(jobs)}"
        cells = [config(f"model={model}", outputs, *SMALL) for model in ("doppelganger", "naive_gan", "ar")]
        side_by_side.make(cells, jobs=jobs, title="both")
        made.append(weights(cells))
        side_by_side.make(cells, jobs=jobs, title="again")  # found
    assert made[0] == made[1]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_fails_is_listed_with_its_reason_and_stops_no_other(config, jobs):
    cells = [
        config("model=bootstrap", *SMALL),
        config("model=doppelganger", "++model.module.packing=0", *SMALL),
        config("model=ar", "seed=2", *SMALL),
    ]
    with pytest.raises(ValueError) as caught:
        side_by_side.make(cells, jobs=jobs, title="one fails")
    failed = Run.of(cells[1])
    assert f"1 of 3 runs failed: {failed.name}: DoppelGANger: packing" in str(caught.value)
    assert failed.name.startswith("doppelganger on wwt, seed 0 (") and "packing" in failed.failure.read_text()
    assert [Run.of(cell).finished for cell in cells] == [True, False, True]


@pytest.mark.parametrize("jobs", [0, -1, 1.5, "two", True])
def test_how_many_at_a_time_is_a_number(config, jobs):
    with pytest.raises(ValueError, match="say how many runs are made at a time, at least 1"):
        side_by_side.make([config("model=bootstrap")], jobs=jobs, title="none")
