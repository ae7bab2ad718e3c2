"""Repairs at decoding: what a model makes is put right by the constraints of the schema, of which it knows nothing.

The order is that of `refuse_contradictions`: values are clipped to their bounds, rounded, made increasing, lowered to
what they are at most, chains from their end on, and summed. What is repaired keeps every constraint, and repairing it
again changes nothing.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from dg.rules import downwards
from dg.schema import Continuous, Field, Schema
from dg.violations import TOLERANCE

Numbers = NDArray[np.float32] | NDArray[np.float64]
Kind = type[np.float32] | type[np.float64]
Repairs = Counter[str]
"""How many values each repair changed, e.g. {"'jobs' rounded": 12}, by more than 1e-5 of a field's largest number."""

logger = logging.getLogger(__name__)


def related(schema: Schema) -> bool:
    """Whether some constraint is between several numbers; without one there is nothing to repair but single values."""
    fields = [field for field in (*schema.metadata, *schema.measurements) if isinstance(field, Continuous)]
    return any(field.increasing or field.at_most or field.sum_of for field in fields)


def bounded(
    values: NDArray[np.float64],
    field: Continuous,
    kind: Kind,
    repairs: Repairs | None = None,
    active: NDArray[np.bool_] | None = None,
) -> Numbers:
    """The values clipped and rounded as `field` says, as numbers of `kind`: none is rounded past a bound.

    If no number of that kind lies between the bounds, they are themselves rounded.
    repairs: what is done to the `active` values is added to it
    """
    low, high = _inside(field.low, kind, np.inf), _inside(field.high, kind, -np.inf)
    if low is not None and high is not None and low > high:
        low, high = kind(field.low), kind(field.high)
    within = np.clip(values, field.low, field.high)
    whole = np.rint(within) + 0.0 if field.integer else within  # + 0.0 makes 0 of -0
    if repairs is not None:
        chosen = slice(None) if active is None else active
        if field.low is not None or field.high is not None:
            _count(repairs, f"{field.name!r} clipped", values[chosen], within[chosen])
        if field.integer:
            _count(repairs, f"{field.name!r} rounded", within[chosen], whole[chosen])
    return np.clip(whole.astype(kind), low, high)


def repair(
    fields: Sequence[Field], columns: Mapping[str, Numbers], lengths: NDArray[np.int64], repairs: Repairs
) -> None:
    """Changes numbers [n, t] in place, which keep their own bounds, so that they keep the rest of their constraints.

    What is done is added to `repairs`.
    """
    numeric = [field for field in fields if isinstance(field, Continuous)]
    for field in numeric:
        if field.increasing:
            before = columns[field.name].copy()
            _increase(columns[field.name], field, lengths)
            _count(repairs, f"{field.name!r} made increasing", before, columns[field.name])
    for field in downwards(fields):
        before = columns[field.name].copy()
        np.minimum(before, columns[field.at_most], out=columns[field.name])
        _count(repairs, f"{field.name!r} lowered to {field.at_most!r}", before, columns[field.name])
    for field in numeric:
        if field.sum_of:
            before = columns[field.name].copy()
            columns[field.name][...] = sum(columns[part].astype(np.float64) for part in field.sum_of)
            _count(repairs, f"{field.name!r} summed", before, columns[field.name])


def report(repairs: Repairs, schema: Schema, n: int, level: int = logging.INFO) -> None:
    """One line of the log; none where the schema has no constraint between numbers."""
    if repairs:
        told = ", ".join(f"{what} {times:,}" for what, times in repairs.items())
        logger.log(level, "%s: values repaired in %s samples: %s", schema.name, f"{n:,}", told)


def _count(repairs: Repairs, what: str, before: Numbers, after: Numbers) -> None:
    """Adds the values that a repair changed, also where there are none."""
    size = max((np.abs(numbers, dtype=np.float64).max() for numbers in (before, after) if numbers.size), default=0.0)
    repairs[what] += int((np.abs(after.astype(np.float64) - before) > TOLERANCE * size).sum())


def _increase(series: Numbers, field: Continuous, lengths: NDArray[np.int64]) -> None:
    """The nearest increasing series by least squares; one that increases already is left as it is."""
    active = np.arange(series.shape[1]) < lengths[:, None]
    falls = active[:, 1:] & (series[:, 1:] < series[:, :-1])
    for sample in np.flatnonzero(falls.any(axis=1)):
        part = series[sample, : lengths[sample]]
        part[:] = bounded(isotonic_regression(part.astype(np.float64)).x, field, series.dtype.type)


def _inside(bound: float | None, kind: Kind, towards: float) -> np.floating | None:
    """The number of `kind` nearest to a bound that does not lie past it; `towards` says where the others lie."""
    if bound is None:
        return None
    with np.errstate(over="ignore"):
        nearest = kind(bound)
    past = float(nearest) < bound if towards > 0 else float(nearest) > bound
    return np.nextafter(nearest, kind(towards)) if past else nearest
