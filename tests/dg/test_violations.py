"""A dataset's numbers are checked for all that its schema states, and the first that is wrong is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dg import Categorical, Continuous, Encoder, Schema, TimeSeriesDataset, read_like, read_long

SCHEMA = Schema(
    "cells",
    (Continuous("size", low=1, high=9), Continuous("used", at_most="size"), Continuous("sum", sum_of=("size", "used"))),
    (
        Continuous("sent", low=0, integer=True, increasing=True),
        Continuous("lost", at_most="sent"),
        Continuous("both", sum_of=("sent", "lost")),
        Categorical("event", ("a", "b")),
    ),
    3,
)


def cells() -> TimeSeriesDataset:
    """Two samples, of three records and of two; what is equal or the same again is allowed."""
    metadata = pd.DataFrame({"size": [1.0, 9.0], "used": [1.0, 0.1], "sum": [2.0, 9.1]})
    series = [[[2, 2, 4, 1], [2, 0.1, 2.1, 0], [5, -1, 4, 1]], [[0, 0, 0, 0], [7, 3, 10, 1], [0, 0, 0, 0]]]
    return TimeSeriesDataset(SCHEMA, metadata, np.array(series, np.float32), np.array([3, 2]))


def test_what_keeps_all_constraints_is_a_dataset() -> None:
    data = cells()
    assert len(data.take(np.array([1, 1, 0]))) == 3 and len(data.take(slice(0, 0))) == 0
    assert data.without_metadata().only_numeric().schema.measurements == SCHEMA.measurements[:3]


@pytest.mark.parametrize(
    ("sample", "step", "field", "value", "told"),
    [
        (0, 2, 0, 1, "'sent' of sample 0 at step 2 is 1.0, which is less than the 2.0 before it: correct it, or leave"),
        (0, 0, 0, 1.5, "'sent' of sample 0 at step 0 is 1.5, which is not a whole number: round it, or leave"),
        (1, 0, 0, -1, "'sent' of sample 1 at step 0 is -1.0, which is not a finite number between 0.0 and inf"),
        (1, 1, 1, 7.5, "'lost' of sample 1 at step 1 is 7.5, which is more than the 7.0 of 'sent': correct one of"),
        (1, 1, 2, 10.01, "'both' of sample 1 at step 1 is 10.01"),
        (1, 1, 2, np.nan, "'both' of sample 1 at step 1 is nan, which is not a finite number between -inf and inf"),
    ],
)
def test_measurements(sample: int, step: int, field: int, value: float, told: str) -> None:
    data = cells()
    wrong = data.measurements.copy()
    wrong[sample, step, field] = value
    with pytest.raises(ValueError) as caught:
        replace(data, measurements=wrong)
    assert str(caught.value).startswith(f"cells: {told}")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("size", 9.5, "'size' of sample 1 is 9.5, which is not a finite number between 1 and 9"),
        ("size", np.nextafter(9, 10), "'size' of sample 1 is 9.000000000000002, which is not a finite number"),
        ("used", 9.5, "'used' of sample 1 is 9.5, which is more than the 9.0 of 'size'"),
        ("sum", 9.2, "'sum' of sample 1 is 9.2, which is not 9.1, the sum of ['size', 'used']: correct one of them"),
    ],
)
def test_metadata(field: str, value: float, told: str) -> None:
    data = cells()
    metadata = data.metadata.copy()
    metadata.loc[1, field] = value
    with pytest.raises(ValueError) as caught:
        replace(data, metadata=metadata)
    assert str(caught.value).startswith(f"cells: {told}")


def test_a_sum_may_be_off_by_rounding() -> None:
    """By 1e-5 of the largest number: 1e6 + 1 - 1e6 is 1, or a little else."""
    schema = Schema("s", (), (Continuous("a"), Continuous("b"), Continuous("c", sum_of=("a", "b"))), 1)

    def sums(value: float) -> TimeSeriesDataset:
        series = np.array([[[1e6 + 1, -1e6, value]]], np.float32)
        return TimeSeriesDataset(schema, pd.DataFrame(index=[0]), series, np.array([1]))

    assert sums(1.0).fingerprint != sums(9.0).fingerprint
    with pytest.raises(ValueError, match=r"'c' of sample 0 at step 0 is 15\.0, which is not 1\.0, the sum of"):
        sums(15.0)


def test_the_row_of_a_table_is_named_whatever_its_order() -> None:
    """The table is sorted by sample and time while it is read; rows are counted as they were."""
    rows = pd.DataFrame({"cell": [2, 1, 2, 1], "hour": [1, 1, 0, 0], "sent": [3, 1, 4, 0]})
    schema = read_long(rows, sample="cell", time="hour").schema
    (sent,) = schema.measurements
    counted = replace(schema, measurements=(replace(sent, increasing=True),))
    with pytest.raises(ValueError, match=r"^the table: column 'sent' of row 1 is 3\.0, .* less than the 4\.0 before"):
        read_like(rows, counted)
    assert read_like(rows.assign(sent=[4, 1, 4, 0]), counted).schema == counted


def test_a_table_may_begin_earlier_than_the_one_of_its_schema() -> None:
    """What counts from the start has a low of 0, which is about the first table alone; and so it is decoded."""
    rows = pd.DataFrame({"cell": [1, 1, 2, 2], "hour": [5, 6, 7, 8], "load": [1.5, 2.0, 3.0, 4.0]})
    schema = read_long(rows, sample="cell", time="hour").schema
    earlier = read_like(rows.assign(hour=rows["hour"] - 3), schema)
    assert earlier.metadata["first hour"].tolist() == [-3, -1]
    encoder = Encoder.fit(earlier)
    assert encoder.decode(encoder.encode(earlier)).metadata["first hour"].tolist() == [-3, -1]
