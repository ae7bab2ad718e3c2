"""Your own table: read as you say or as a schema file says, and a dataset beside those of the paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.datasets import sampling
from dg.files import JSON_LIMIT, content, short
from dg.frames import read_like, read_long, read_wide
from dg.schema import Schema

USUAL = {name: option.default for name, option in signature(read_long).parameters.items() if name != "table"}
WIDE, LIKE = signature(read_wide).parameters, signature(read_like).parameters


def read(
    table: pd.DataFrame | str | Path, *, schema: str | Path | Schema | None = None, wide: bool = False, **reading: Any
) -> TimeSeriesDataset:
    """The samples of a table with a row a record, or a row a sample if it is `wide`.

    schema: it says how to read it, or a file does (`Schema.to_json`, maybe edited); a `name` takes the place of its own
    reading: what `read_long` or `read_wide` is told; None leaves an option to them
    Raises ValueError as they do, and where an option says something else than the schema, or is not known.
    """
    unknown = sorted(reading.keys() - USUAL.keys())
    if unknown:
        raise ValueError(f"there is no option {unknown[0]!r} of reading a table; there are {', '.join(USUAL)}")
    said = {name: value for name, value in reading.items() if value is not None and _tuple(value) != USUAL[name]}
    if schema is not None:
        return _read_like(table, schema, said | ({"wide": True} if wide else {}))
    for name in said if wide else ():
        if name not in WIDE:
            raise ValueError(
                f"{name} is {short(said[name])} by {name}=, which a table with a row a sample has not: leave it out"
            )
    if not (wide or said.get("sample") or said.get("window")):
        raise ValueError("sample= is needed, a column of the table; or schema=, a file that says it")
    return (read_wide if wide else read_long)(table, **said)


def _read_like(
    table: pd.DataFrame | str | Path, schema: str | Path | Schema, said: Mapping[str, Any]
) -> TimeSeriesDataset:
    if isinstance(schema, Schema):
        where = f"the schema {schema.name!r}"
    else:
        where, schema = str(schema), Schema.from_json(content(schema, JSON_LIMIT), str(schema))
    schema = replace(schema, name=said.get("name", schema.name))
    note: Mapping[str, Any] = said  # which `read_like` refuses
    if schema.table is not None:
        note = {**vars(schema.table), "name": schema.name, "wide": bool(schema.table.wide)}
    for name, value in said.items():
        if name not in LIKE and value != note.get(name):
            raise ValueError(f"{name} is {short(value)} by {name}=, and {where} says how to read: leave one out")
    return read_like(table, schema, **{name: value for name, value in said.items() if name in LIKE})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def load(
    raw: str | Path | None = None,
    *,
    schema: str | Path | None = None,
    samples: int | None = None,
    seed: int = 0,
    **reading: Any,
) -> TimeSeriesDataset:
    """`samples` samples of the table `raw`, a CSV or Parquet file.

    samples: chosen without replacement by `seed`; all, unless named and fewer
    schema, reading: what `read` is told: sample, time, metadata, measurements, missing, wide …
    Raises ValueError as `read` does.
    """
    if raw is None:
        raise ValueError("dataset=custom is your own table: name a CSV or Parquet file by data=, a row a record")
    if schema is None and not any(reading.get(option) for option in ("sample", "window", "wide")):
        raise ValueError(
            f"{raw}: name the column that says to which sample a row belongs, by dataset.load.sample=, or a file that "
            "says it, by dataset.load.schema="
        )
    sampling.check(samples, raw)
    dataset = read(raw, schema=schema, **reading)
    chosen = sampling.choose(len(dataset), samples, seed, "samples")
    return dataset if chosen is None else dataset.take(np.sort(chosen))
