"""A table that is written part by part: Parquet, CSV or CSV in gzip, whole or not there."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pandas as pd
import pyarrow as pa

from experiments.runs.row_groups import RowGroups, encoded, is_text

KINDS = (".parquet", ".csv", ".csv.gz")


def part(frame: pd.DataFrame, name: str, *, first: bool) -> bytes:
    """Some rows as `writer` takes them for the file called `name`: this is most of the work, which any process can do.

    first: a CSV file's first part has its header
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if name.endswith(".parquet"):
        return encoded(table)
    if all(_plain(field.type) for field in table.schema):
        import polars as pl  # six times as fast; it begins threads, which no process may that others are forked from

        text = pl.DataFrame(pl.from_arrow(table)).write_csv(include_header=first).encode()
    else:
        text = frame.to_csv(index=False, header=first).encode()
    return gzip.compress(text, compresslevel=6, mtime=0) if name.endswith(".gz") else text


@contextmanager
def writer(out: Path) -> Iterator[Callable[[bytes], object]]:
    """Something to call with one part after the other; the file appears when all are written.

    Raises ValueError where the file exists or has another ending.
    """
    if not out.name.endswith(KINDS):
        raise ValueError(f"{out}: the name of a table ends in {', '.join(KINDS)}")
    if out.exists():
        raise ValueError(f"{out} is there already; name another file, or remove it")
    unfinished = out.with_name(f".unfinished-{os.getpid()}-{out.name}")
    try:
        with unfinished.open("wb") as file:
            if out.name.endswith(".parquet"):
                with closing(RowGroups(file)) as groups:
                    yield groups.write
            else:
                yield file.write
        unfinished.rename(out)
    finally:
        unfinished.unlink(missing_ok=True)


def _plain(kind: pa.DataType) -> bool:
    """Numbers and text, which polars writes as pandas does but for exponents, 1e-7 for 1e-07; dates are longer."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or is_text(kind)
