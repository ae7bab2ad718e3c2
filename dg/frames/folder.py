"""A table that memory does not hold becomes a folder of samples, which is read from then on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.files import regular
from dg.frames.melting import ROW, Melted, described, named_of, steps_of
from dg.frames.parts import Parts, parted
from dg.frames.reading import Asked, Reading
from dg.locks import held
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
    """The samples that `read_long` or `read_wide` makes of a file, to the last bit, in a folder.

    It appears when it is whole.

    name, like: of the schema that is found, or the one that there is, as `read_like` has it
    Raises ValueError as `read_long` does, and where the folder is there and holds something else.
    """
    folder = Path(folder)
    if isinstance(table, pd.DataFrame):
        raise ValueError(
            f"{folder}: folder= is for files that are read some samples at a time, and a DataFrame is in memory "
            "already; leave it out"
        )
    file = regular(table).stat()
    told = {"name": name, "schema": like and like.to_json(), **asked._asdict()}
    read = json.dumps({"bytes": file.st_size, "changed": file.st_mtime_ns, **told}, indent=2)
    if not folder.exists():
        with held(folder.with_name(f"{folder.name}.lock"), folder):
            if not folder.exists():  # nobody else made it meanwhile
                _make(folder, table, asked, name, like, read)
    if not (folder / READ).is_file() or (folder / READ).read_text(encoding="utf-8") != read:
        raise ValueError(
            f"{folder} is there already, and was not read from {table} as it is now and in this way: name another "
            "by folder=, or remove it"
        )
    return TimeSeriesDataset.load(folder)


def _make(folder: Path, table: str | Path, asked: Asked, name: str, like: Schema | None, read: str) -> None:
    """`read`: what is written beside the samples."""
    making = folder.with_name(f"{folder.name}.unfinished")
    sorting = making / "sorting"
    shutil.rmtree(making, ignore_errors=True)
    sorting.mkdir(parents=True)
    formats = dict(like.table.formats) if like is not None and like.table is not None else {}
    try:
        with _parted(table, asked, formats, sorting) as parts:
            reading = Reading(parts, asked._replace(sample=ROW) if asked.wide else asked, like)
            schema, n = reading.found(name) if like is None else reading.like(like)
            if isinstance(parts, Melted) and like is None:
                schema = described(schema, parts.wide.kinds, asked.sample, parts.measurements)
            reading.write(making, schema, n)
        shutil.rmtree(sorting)
        (making / READ).write_text(read, encoding="utf-8")
        making.rename(folder)
    finally:
        shutil.rmtree(making, ignore_errors=True)


@contextmanager
def _parted(table: str | Path, asked: Asked, known: Mapping[str, str], folder: Path) -> Iterator[Parts | Melted]:
    """The table in parts, each with a row a record, while the block lasts; `known` and `folder` as of `parted`."""
    own, series = asked.metadata or (), asked.measurements or ()
    usual: dict[str, Any] = {"categorical": asked.categorical, "known": known, "folder": folder}
    if asked.wide is None:
        named = [*filter(None, (asked.sample, asked.time)), *own, *series]
        only = asked.metadata is not None and asked.measurements is not None
        with parted(table, asked.sample, named, only=only, window=asked.window or 1, **usual) as parts:
            yield parts
        return
    named = named_of(asked.sample, own, asked.wide)
    with parted(table, "", named, only=True, empty=steps_of(asked.wide), **usual) as parts:
        yield Melted(parts, own, asked.wide)
