"""A long table that memory does not hold becomes a folder of samples, which is read from then on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.files import regular
from dg.frames.parts import parted
from dg.frames.reading import Asked, Reading
from dg.schema import Schema

READ = "read.json"  # says of a folder what it was read from, and how


def read_into(
    folder: str | Path,
    table: pd.DataFrame | str | Path,
    asked: Asked,
    *,
    name: str = "",
    like: Schema | None = None,
) -> TimeSeriesDataset:
    """The samples that `read_long` makes of a file, to the last bit, in a folder that appears when it is whole.

    name, like: of the schema that is found, or the one that there is, as `read_like` has it
    Raises ValueError as `read_long` does, and where the folder is there and holds something else.
    """
    folder = Path(folder)
    if isinstance(table, pd.DataFrame) or not asked.sample:
        what = (
            "a DataFrame is in memory already" if isinstance(table, pd.DataFrame) else "one long series is one sample"
        )
        raise ValueError(
            f"{folder}: folder= is for files that are read some samples at a time, and {what}; leave it out"
        )
    file = regular(table).stat()
    told = {"name": name, "schema": like and like.to_json(), **asked._asdict()}
    read = json.dumps({"bytes": file.st_size, "changed": file.st_mtime_ns, **told}, indent=2)
    if folder.exists():
        if not (folder / READ).is_file() or (folder / READ).read_text(encoding="utf-8") != read:
            raise ValueError(
                f"{folder} is there already, and was not read from {table} as it is now and in this way: name another "
                "by folder=, or remove it"
            )
        return TimeSeriesDataset.load(folder)
    making = folder.with_name(f"{folder.name}.unfinished")
    sorting = making / "sorting"
    shutil.rmtree(making, ignore_errors=True)
    sorting.mkdir(parents=True)
    try:
        named = [*filter(None, (asked.sample, asked.time)), *(asked.metadata or ()), *(asked.measurements or ())]
        only = asked.metadata is not None and asked.measurements is not None
        formats = dict(like.table.formats) if like is not None and like.table is not None else {}
        with parted(
            table, asked.sample, named, categorical=asked.categorical, only=only, known=formats, folder=sorting
        ) as parts:
            reading = Reading(parts, asked, like)
            schema, n = reading.found(name) if like is None else reading.like(like)
            reading.write(making, schema, n)
        shutil.rmtree(sorting)
        (making / READ).write_text(read, encoding="utf-8")
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return TimeSeriesDataset.load(folder)
