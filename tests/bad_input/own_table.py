"""What `dataset=custom`, `dg fit` and `dg evaluate` refuse of a table, a schema file and options that read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from typing import Any

from dg import own_table, read_long
from experiments.evaluate import evaluate
from tests.bad_input.tables import table, wide


def loading(edited: dict[str, Any] | None = None, **options: Any) -> Callable[[Path], object]:
    """Loads a table as `dataset=custom` does; `edited` are entries of its schema file, and None leaves one out."""

    def run(folder: Path) -> object:
        table().to_csv(folder / "cells.csv", index=False)
        found = json.loads(read_long(table(), sample="cell", time="hour", name="cells").schema.to_json())
        kept = {key: value for key, value in {**found, **(edited or {})}.items() if value is not None}
        (folder / "cells.json").write_text(json.dumps(kept))
        (folder / "text.json").write_text("cell, hour, load")
        given = {**options, **({"schema": folder / options["schema"]} if "schema" in options else {})}
        return unwrap(own_table.load)(folder / "cells.csv", **given)

    return run


def evaluating(**options: Any) -> Callable[[Path], object]:
    """Compares a table with itself, by options and its schema."""

    def run(folder: Path) -> object:
        table().to_csv(folder / "cells.csv", index=False)
        (folder / "cells.json").write_text(
            read_long(table(), sample="cell", time="hour", name="cells").schema.to_json()
        )
        file = str(folder / "cells.csv")
        return unwrap(evaluate)(file, file, str(folder / "page"), schema=str(folder / "cells.json"), **options)

    return run


def reading_wide(**options: Any) -> Callable[[Path], object]:
    return lambda folder: unwrap(own_table.read)(wide(), wide=True, **options)


SCHEMA = {"schema": "cells.json"}

CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no table": (
        lambda folder: own_table.load(),
        "dataset=custom is your own table: name a CSV or Parquet file by data=",
    ),
    "neither samples nor a schema": (
        loading(time="hour"),
        r"cells\.csv: name the column .* by dataset\.load\.sample=, or a file that says it, by dataset\.load\.schema=",
    ),
    "no schema file": (loading(schema="nowhere.json"), r"nowhere\.json: no such file"),
    "a schema that is none": (
        loading(schema="text.json"),
        r"text\.json: it is not a schema that Schema\.to_json wrote: Invalid JSON",
    ),
    "a schema of no table": (loading({"table": None}, **SCHEMA), "the schema 'cells' was read from no table"),
    "a schema of another table": (
        loading({"measurements": [{"type": "continuous", "name": "units"}]}, **SCHEMA),
        r"cells\.csv has no column 'units'; it has",
    ),
    "a schema whose bound the table does not keep": (
        loading({"measurements": [{"type": "continuous", "name": "load", "high": 5}]}, **SCHEMA),
        r"cells\.csv: column 'load' of row 5 is 5\.5, which is not a finite number between -inf and 5",
    ),
    "a schema and another time": (
        loading(time="load", **SCHEMA),
        r"time is 'load' by time=, and .*cells\.json says how to read: leave one out",
    ),
    "a schema and a pool": (loading(pool=3, **SCHEMA), r"pool is 3 by pool=, and .*cells\.json says how to read"),
    "a schema of a row a record, and a row a sample": (
        loading(wide=True, **SCHEMA),
        r"wide is True by wide=, and .*cells\.json says how to read: leave one out",
    ),
    "a schema and other measurements to evaluate": (
        evaluating(measurements=["hour"]),
        r"measurements is \['hour'\] by measurements=, and .*cells\.json says how to read: leave one out",
    ),
    "an option that there is not": (
        loading(sample="cell", mising="mask"),
        "there is no option 'mising' of reading a table; there are sample, time, metadata, .*, name",
    ),
    "times of a row a sample": (
        reading_wide(sample="page", time="page"),
        "time is 'page' by time=, which a table with a row a sample has not: leave it out",
    ),
}
