"""A table that is written part by part: Parquet, CSV or CSV in gzip, whole or not there."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd
import pyarrow as pa
from pyarrow.parquet import ParquetWriter

KINDS = (".parquet", ".csv", ".csv.gz")
Part: TypeAlias = pa.Table | pa.Buffer | bytes


def part(frame: pd.DataFrame, name: str, *, first: bool) -> Part:
    """Some rows as `writer` takes them for the file called `name`: this is most of the work, which any process can do.

    first: a CSV file's first part has its header
    """
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if name.endswith(".parquet"):
        return table
    if all(_plain(field.type) for field in table.schema):
        import polars as pl  # six times as fast; it begins threads, which no process may that others are forked from

        text = pl.DataFrame(pl.from_arrow(table)).write_csv(include_header=first).encode()
    else:
        text = frame.to_csv(index=False, header=first).encode()
    return gzip.compress(text, compresslevel=6, mtime=0) if name.endswith(".gz") else text


def keep(made: Part, file: Path) -> None:
    """Writes a part to a file, for another process to take."""
    if not isinstance(made, pa.Table):
        file.write_bytes(made)
        return
    with pa.ipc.new_file(str(file), made.schema) as kept:
        kept.write_table(made)


def taken(file: Path, name: str) -> Part:
    """The part of the table called `name` that is in a file, memory-mapped; the file is gone then."""
    mapped = pa.memory_map(str(file))
    file.unlink()
    return pa.ipc.open_file(mapped).read_all() if name.endswith(".parquet") else mapped.read_buffer()


@contextmanager
def writer(out: Path) -> Iterator[Callable[[Any], object]]:
    """Something to call with one part after the other; the file appears when all are written.

    Raises ValueError where the file exists or has another ending.
    """
    if not out.name.endswith(KINDS):
        raise ValueError(f"{out}: the name of a table ends in {', '.join(KINDS)}")
    if out.exists():
        raise ValueError(f"{out} is there already; name another file, or remove it")
    unfinished = out.with_name(f".unfinished-{os.getpid()}-{out.name}")
    try:
        with _parquet(unfinished) if out.name.endswith(".parquet") else _bytes(unfinished) as write:
            yield write
        unfinished.rename(out)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _bytes(file: Path) -> Iterator[Callable[[Any], object]]:
    with file.open("wb") as opened:
        yield opened.write


@contextmanager
def _parquet(file: Path) -> Iterator[Callable[[Any], object]]:
    """Whole numbers as differences, text by a dictionary and without its least and greatest: less time and space."""
    writers: list[ParquetWriter] = []

    def write(table: pa.Table) -> None:
        if not writers:
            whole = {field.name: "DELTA_BINARY_PACKED" for field in table.schema if pa.types.is_integer(field.type)}
            numeric = [field.name for field in table.schema if pa.types.is_floating(field.type) or field.name in whole]
            others = [name for name in table.schema.names if name not in numeric]
            measured = [field.name for field in table.schema if not _is_text(field.type)]
            options = {"use_dictionary": others, "column_encoding": whole or None, "write_statistics": measured}
            writers.append(ParquetWriter(file, table.schema, **options))
        writers[0].write_table(table.cast(writers[0].schema))

    try:
        yield write
    finally:
        for each in writers:
            each.close()


def _plain(kind: pa.DataType) -> bool:
    """Numbers and text, which polars writes as pandas does but for exponents, 1e-7 for 1e-07; dates are longer."""
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or _is_text(kind)


def _is_text(kind: pa.DataType) -> bool:
    text = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.types.is_string(text) or pa.types.is_large_string(text)
