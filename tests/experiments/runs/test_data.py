"""A, V and A′ of a run: what is chosen by V has seen no seed's A or A′ (D55)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.scoreboard import all_columns
from dg.dataset import TimeSeriesDataset
from experiments.runs.data import split


def rows(dataset: TimeSeriesDataset) -> set[bytes]:
    return {np.ascontiguousarray(series).tobytes() for series in dataset.measurements}


def test_v_is_one_for_all_seeds_and_in_no_seeds_a_or_a_prime(config, shared_data: Path):
    parts = [
        split(config(f"data={shared_data / 'wwt' / 'train_1_subset.csv.gz'}", "scale.samples=null", f"seed={seed}"))
        for seed in range(3)
    ]
    validation = rows(parts[0].validation)
    for part in parts:
        assert rows(part.validation) == validation
        assert not validation & (rows(part.train) | rows(part.held_out))
        assert [len(part.train), len(part.validation), len(part.held_out)] == [1506, 301, 1205]
        assert part.wanted == 1506
    assert rows(parts[0].train) != rows(parts[1].train)


def test_of_few_samples_a_larger_share_is_v_so_that_a_column_of_the_scoreboard_takes_it(config, shared_data: Path):
    parts = split(config("dataset=gcut_jobs", f"data={shared_data / 'gcut' / 'job_days'}", "scale.samples=null"))
    assert [len(part) for part in parts] == [126, 75, 50]
    assert max(column.fewest for column in all_columns()) <= len(parts.validation)


def test_where_nothing_is_held_out_each_part_is_a(config):
    parts = split(config("dataset=mba", "scale.samples=60"))
    assert parts.train.fingerprint == parts.validation.fingerprint
    assert parts.nothing_held_out and parts.held_out is parts.validation and parts.wanted == 60
