"""What a table was found to hold, for its owner to read before anything is learnt: a line a field."""

from __future__ import annotations

import re

import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.schema import Categorical, Field, Table

SHOWN = 4  # values of a field
SINCE = re.compile(r"(days|seconds) since 1970-01-01")


def fields(dataset: TimeSeriesDataset) -> str:
    """How many samples of how many records, then each field: what it is, its unit, its range or values."""
    schema, lengths = dataset.schema, dataset.lengths
    sides = (("metadata", schema.metadata), ("measurement", schema.measurements))
    rows = [
        {
            "field": field.name,
            "of the": {"metadata": "sample", "measurement": "record"}[side],
            "kind": "category" if isinstance(field, Categorical) else "whole number" if field.integer else "number",
            "unit": "" if isinstance(field, Categorical) else field.unit,
            "range or values": _values(field) if isinstance(field, Categorical) else _range(dataset, field.name),
        }
        for side, members in sides
        for field in members
    ]
    head = (
        f"{schema.name}: {len(dataset):,} samples of {lengths.min():,} to {lengths.max():,} records, "
        f"{lengths.sum():,} in all{_spacing(schema.table)}"
    )
    return f"{head}\n\n{pd.DataFrame(rows).to_markdown(index=False, disable_numparse=True)}"


def _values(field: Categorical) -> str:
    listed = ", ".join(field.values[:SHOWN])
    return listed if len(field.values) <= SHOWN else f"{len(field.values)} values: {listed}, …"


def _range(dataset: TimeSeriesDataset, name: str) -> str:
    field = next(each for each in (*dataset.schema.metadata, *dataset.schema.measurements) if each.name == name)
    return " to ".join(_number(end, field) for end in dataset.extremes(name))


def _number(value: float, field: Field) -> str:
    """A date where the field counts days or seconds."""
    since = SINCE.fullmatch("" if isinstance(field, Categorical) else field.unit)
    if since:
        moment = pd.Timestamp(0) + pd.Timedelta(value, since[1])
        return str(moment.date() if since[1] == "days" else moment)
    return f"{value:,.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:.4g}"


def _spacing(table: Table | None) -> str:
    """By which column records follow one another."""
    if table is None or not table.time:
        return ", in the order of the columns" if table is not None and table.wide else ", in the order of the rows"
    if table.gap:
        return f", {table.time} as it comes"
    if table.clock == "months":
        return f", {table.time} in steps of {table.step:g} months"
    dated = table.time in dict(table.formats) or dict(table.columns)[table.time].startswith("date")
    step = str(pd.Timedelta(table.step, "us")).removesuffix(" 00:00:00") if dated else f"{table.step:g}"
    return f", {table.time} in steps of {step}"
