"""Whether numbers keep the constraints of their schema: the first that does not is told with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dg.fields import Continuous, Field
from dg.files import short
from dg.schema import Schema

TOLERANCE = 1e-5  # of the largest number in a sum: what rounding to 32 bits may do to sums of many parts

Place = Callable[[str, int, int | None], str]
"""Names a field of a sample at a step, or of its metadata where the step is None."""


def refuse_violations(
    schema: Schema,
    metadata: Mapping[str, NDArray] | pd.DataFrame,
    measurements: NDArray[np.float32],
    lengths: NDArray[np.int64],
    place: Place,
) -> None:
    """Raises ValueError for the first numeric value outside its bounds or against another constraint of `schema`."""
    refuse_metadata(schema, metadata, len(lengths), place)
    series = {field.name: measurements[:, :, column] for column, field in enumerate(schema.measurements)}
    active = np.arange(schema.max_length) < lengths[:, None]
    for field, sample, step, wrong in _violations(schema.measurements, series, active):
        raise ValueError(f"{place(field, sample, step)} is {wrong}")


def refuse_metadata(schema: Schema, metadata: Mapping[str, NDArray] | pd.DataFrame, n: int, place: Place) -> None:
    """The same for n rows of metadata, or for numbers that are those of all of them."""
    fields = [schema.loosened(field) for field in schema.metadata if isinstance(field, Continuous)]
    columns = {
        field.name: np.broadcast_to(np.asarray(metadata[field.name], dtype=np.float64), n)[:, None] for field in fields
    }
    for field, sample, _, wrong in _violations(fields, columns, np.ones((n, 1), dtype=bool)):
        raise ValueError(f"{place(field, sample, None)} is {wrong}")


def _violations(
    fields: Sequence[Field], columns: Mapping[str, NDArray], active: NDArray[np.bool_]
) -> Iterator[tuple[str, int, int, str]]:
    """For each constraint that does not hold the field, the first sample and step, the value and what is wrong."""
    for field in fields:
        if isinstance(field, Continuous):
            for broken, told in _broken(field, columns, active):
                if broken.any():
                    sample, step = (int(i) for i in np.argwhere(broken)[0])
                    value = columns[field.name][sample, step]
                    yield field.name, sample, step, f"{value}, which is {told(sample, step)}"


def _broken(
    field: Continuous, columns: Mapping[str, NDArray], active: NDArray[np.bool_]
) -> Iterator[tuple[NDArray[np.bool_], Callable[[int, int], str]]]:
    """For each constraint of a field where it does not hold [n, t], and what is wrong there."""
    values = columns[field.name]
    low = -np.inf if field.low is None else field.low
    high = np.inf if field.high is None else field.high
    outside = active & ((values < low) | (values > high))
    yield ~np.isfinite(values) | outside, lambda *_: f"not a finite number between {low} and {high}"
    if field.integer:
        yield (
            values != np.rint(values),
            lambda *_: "not a whole number: round it, or leave `integer` out of the schema",
        )
    if field.increasing:
        falls = np.zeros(values.shape, dtype=bool)
        falls[:, 1:] = active[:, 1:] & (values[:, 1:] < values[:, :-1])
        yield (
            falls,
            lambda sample, step: (
                f"less than the {values[sample, step - 1]} before it: correct it, or leave `increasing` out of the "
                "schema"
            ),
        )
    if field.at_most:
        most = columns[field.at_most]
        yield (
            active & (values > most),
            lambda sample, step: (
                f"more than the {most[sample, step]} of {field.at_most!r}: correct one of them, or leave `at_most` "
                "out of the schema"
            ),
        )
    if field.sum_of:
        total, size = np.zeros(values.shape), np.abs(values, dtype=np.float64)
        for part in field.sum_of:
            total += columns[part]
            size = np.maximum(size, np.abs(columns[part]))
        yield (
            active & ~(np.abs(values - total) <= TOLERANCE * size),
            lambda sample, step: (
                f"not {total[sample, step]}, the sum of {short(list(field.sum_of))}: correct one of them, or leave "
                "`sum_of` out of the schema"
            ),
        )
