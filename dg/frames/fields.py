"""What a column is: a categorical or a continuous field, and its values as a dataset holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_integer_dtype, is_numeric_dtype

from dg.clocks import DAY, counted
from dg.fields import MISSING, POOLED, Categorical, Continuous, Field
from dg.files import short
from dg.frames.numerals import refuse_numerals
from dg.frames.rows import Rows
from dg.tabular import DAYS, SECONDS, UNITS

FEW = 20  # samples, of which each may have a value of its own by chance
CATEGORIES = 1000


def field_of(
    values: pd.Series,
    where: str,
    *,
    category: bool = False,
    pool: int | None = None,
    counts: Mapping[str, int] | None = None,
) -> Field:
    """Text, booleans and categories are categorical, whole numbers stay whole, dates are days or seconds.

    values: the index numbers their rows, from 1, where they are text
    category: numbers are categories too
    pool: the most values of a category; the rarest beyond it are put together
    counts: of these values, where `values` are a `digest`
    """
    name, kind = str(values.name), values.dtype
    if category:
        return _category(name, values.astype(str), sorted(set(values.astype(str))), where, pool, counts)
    if is_bool_dtype(kind):
        return Categorical(name, ("False", "True"))
    if is_datetime64_any_dtype(kind):
        return Continuous(name, unit=SECONDS if (counted(values, "utc") % DAY).any() else DAYS, integer=True)
    if is_numeric_dtype(kind):
        return Continuous(name, integer=is_integer_dtype(kind))
    if isinstance(kind, pd.CategoricalDtype):
        return _category(name, values.astype(str), list(map(str, kind.categories)), where, pool, counts)
    refuse_numerals(values, where)
    told = values.astype(str)
    return _category(name, told, sorted(set(told)), where, pool, counts)


def digest(values: pd.Series, *, category: bool = False) -> pd.Series:
    """The few values by which a column is what all of them make it: each category once, a time of day, or any one."""
    if is_datetime64_any_dtype(values.dtype) and not category:
        return values.iloc[[int((counted(values, "utc") % DAY > 0).argmax())]]
    return values.drop_duplicates() if is_category(values, category) else values.iloc[:1]


def is_category(values: pd.Series, category: bool) -> bool:
    """Whether a column is of categories, by its type or because numbers were called so."""
    kind = values.dtype
    return category or is_bool_dtype(kind) or not (is_numeric_dtype(kind) or is_datetime64_any_dtype(kind))


def _category(
    name: str, told: pd.Series, known: list[str], where: str, pool: int | None, counts: Mapping[str, int] | None
) -> Categorical:
    if pool is not None and len(known) > pool:
        numbers = (told.value_counts() if counts is None else pd.Series(counts)).reindex(known, fill_value=0)
        order = numbers.sort_values(ascending=False, kind="stable")
        rare = {str(value): int(number) for value, number in order.iloc[pool - 1 :].items() if value != MISSING}
        if POOLED in known:
            raise ValueError(f"{where}: column {name!r} has the value {POOLED!r} itself; rename it")
        kept = [value for value in known if value not in rare]
        return Categorical(name, (*kept, POOLED), tuple((value, number) for value, number in rare.items() if number))
    if len(known) > CATEGORIES:
        raise ValueError(
            f"{where}: column {name!r} has {len(known):,} values, more than {CATEGORIES:,}: leave it out, or put the "
            f"rare ones together by pool={CATEGORIES}"
        )
    return Categorical(name, tuple(known))


def codes(rows: Rows, field: Field) -> NDArray:
    """A column as a dataset holds it among the measurements: codes of categories, else numbers."""
    values = rows.frame[field.name]
    if isinstance(field, Categorical):
        told = values.astype(str)
        found = np.asarray(pd.Categorical(told, list(field.values)).codes, dtype=np.int64)
        if field.pooled:
            rare = told.isin([value for value, _ in field.pooled]).to_numpy(bool)
            found = np.where(rare, len(field.values) - 1, found)
        if found.min() < 0:
            place = int(found.argmin())
            raise ValueError(
                f"{rows.where}: column {field.name!r} of row {rows.numbers[place]:,} is {short(values.iloc[place])}, "
                f"which is not one of {short(list(field.values))}"
            )
        return found
    if is_datetime64_any_dtype(values.dtype) and field.unit in UNITS:
        return np.rint(counted(values, "utc") / UNITS[field.unit])
    if not is_numeric_dtype(values.dtype):
        raise ValueError(f"{rows.where}: column {field.name!r} is {values.dtype}, and should be numbers")
    return values.to_numpy(np.float64)


def decoded(found: NDArray, field: Field) -> NDArray:
    """Categories instead of their codes."""
    return np.array(field.values, dtype=object)[found.astype(np.int64)] if isinstance(field, Categorical) else found


def refuse_changes(rows: Rows, named: Sequence[str], sample: str) -> None:
    """Of the columns that were named metadata; the others are, because they do not change."""
    for column in named:
        steady = rows.steady(column)
        if not steady.all():
            place = int(steady.argmin())
            raise ValueError(
                f"{rows.where}: column {column!r} changes within sample "
                f"{short(rows.frame[sample].iloc[place]) if sample else 'one'}, in row {rows.numbers[place]:,}: "
                "metadata are the same for all records of a sample; name it a measurement"
            )


def refuse_none(where: str, series: Sequence[str]) -> None:
    """Of measurements there must be one."""
    if not series:
        raise ValueError(
            f"{where}: no column changes within a sample; name the measurements by measurements=, or, where a row is a "
            "sample and a column a step, read the table as a wide one"
        )


def refuse_ids(rows: Rows, own: Sequence[str], categorical: Sequence[str]) -> None:
    """Raises ValueError for metadata that name samples: a category of its own each, or numbers one after the other."""
    n = len(rows.begin)
    for column in own:
        values = rows.frame[column].iloc[rows.begin]
        if n <= FEW or values.nunique() < n:
            continue
        numbered = is_integer_dtype(values.dtype) and int(values.max()) - int(values.min()) == n - 1
        counted = is_numeric_dtype(values.dtype) or is_datetime64_any_dtype(values.dtype)
        if numbered or not counted or column in categorical:
            raise ValueError(
                f"{rows.where}: column {column!r} has a value of its own for each of the {n:,} samples: it names them, "
                "and cannot be learnt; leave it out"
            )
