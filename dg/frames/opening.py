"""A table is opened: a DataFrame, CSV or Parquet, whose columns have the types that pandas or DuckDB find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd
from pyarrow.parquet import ParquetFile

from dg.datasets.tables import OFFLINE, text
from dg.files import alias, packing, reading, short
from dg.memory import available

HELD, PACKED = 4, {"none": 1, "gzip": 8}  # times a table's bytes while it is read, and the bytes in one of gzip's
SOUGHT = "Delimiter, Quote, Escape, Comment, SkipRows, Columns, DateFormat, TimestampFormat"


class Opened(NamedTuple):
    """A table as its file has it, and what errors call it."""

    frame: pd.DataFrame
    where: str


def opened(table: pd.DataFrame | str | Path, only: Sequence[str] | None = None) -> Opened:
    """A Parquet file by its own types, any other as CSV by those that DuckDB finds. A named index is columns too.

    only: of a Parquet file, other columns need not be read
    Raises ValueError where the rows would not fit into the free memory.
    """
    if isinstance(table, pd.DataFrame):
        return Opened(_without_index(table), "the table")
    packed = packing(table)
    with reading(table, "save it as CSV in UTF-8 or as Parquet"):
        if packed == "parquet":
            return Opened(_without_index(_parquet(table, only)), str(table))
        _refuse_large(Path(table).stat().st_size * PACKED[packed], str(table))
        with alias(table) as path, duckdb.connect(config=OFFLINE) as database:
            source = csv(database, path, packed, str(table))
            return Opened(database.execute(f"SELECT * FROM {source}").df(), str(table))


def columns_of(table: pd.DataFrame | str | Path) -> list[str]:
    """The columns that `opened` finds, without the rows."""
    if isinstance(table, pd.DataFrame):
        return [str(column) for column in _without_index(table)]
    packed = packing(table)
    with reading(table, "save it as CSV in UTF-8 or as Parquet"), alias(table) as path:
        if packed == "parquet":
            with ParquetFile(path) as file:
                return [str(column) for column in _without_index(file.schema_arrow.empty_table().to_pandas())]
        with duckdb.connect(config=OFFLINE) as database:
            return database.sql(f"SELECT * FROM {csv(database, path, packed, str(table))} LIMIT 0").columns


def _parquet(table: str | Path, only: Sequence[str] | None) -> pd.DataFrame:
    with ParquetFile(table) as file:
        groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
        chunks = [group.column(number) for group in groups for number in range(group.num_columns)]
        known = {chunk.path_in_schema for chunk in chunks}
        chosen = (
            None if only is None or not known.issuperset(only) else [c for c in file.schema_arrow.names if c in only]
        )
        parts = (chunk for chunk in chunks if chosen is None or chunk.path_in_schema in chosen)
        _refuse_large(sum(chunk.total_uncompressed_size for chunk in parts), str(table))
    return pd.read_parquet(table, columns=chosen)


def csv(database: duckdb.DuckDBPyConnection, path: Path, packed: str, where: str) -> str:
    """SQL that reads a CSV with a header, by what DuckDB finds in all of it.

    where: what errors call it
    Dates that do not begin with the year stay text: DuckDB would choose between days and months first without a word.
    Raises ValueError where two columns have one name: DuckDB would give one of them another without a word.
    """
    if not path.stat().st_size:
        raise ValueError(f"{where} has no rows")
    usual = "header = true, hive_partitioning = false, sample_size = -1"
    found = database.execute(
        f"SELECT {SOUGHT} FROM sniff_csv({text(path)}, {usual}, compression = '{packed}')"
    ).fetchone()
    assert found is not None
    *marks, skipped, columns, days, moments = found
    styles = {kind: style for kind, style in (("DATE", days), ("TIMESTAMP", moments)) if style}
    left = {kind for kind, style in styles.items() if not style.startswith("%Y")}
    kinds = {entry["name"]: "VARCHAR" if entry["type"] in left else entry["type"] for entry in columns}
    types = ", ".join(f"{text(name)}: {text(kind)}" for name, kind in kinds.items())
    told = dict(zip(("delim", "quote", "escape", "comment"), marks, strict=True))
    told |= {f"{kind.lower()}format": style for kind, style in styles.items() if kind not in left}
    signs = ", ".join(f"{name} = {text('' if sign == '(empty)' else sign)}" for name, sign in told.items())
    found_so = f"compression = '{packed}', auto_detect = false, skip = {skipped}, {signs}"
    texts = ", ".join(f"'{place}': 'VARCHAR'" for place in range(len(kinds)))
    first = f"SELECT * FROM read_csv({text(path)}, header = false, columns = {{{texts}}}, {found_so}) LIMIT 1"
    names = [name for name in database.execute(first).fetchone() or () if name]
    refuse_namesakes([name.lower() for name in names], where)  # capitals or not: to DuckDB they are the same
    return f"read_csv({text(path)}, {usual}, columns = {{{types}}}, {found_so})"


def refuse_namesakes(columns: Sequence[str], where: str) -> None:
    """Raises ValueError if two columns have one name."""
    twice = sorted(name for name, times in Counter(columns).items() if times > 1)
    if twice:
        raise ValueError(f"{where} has two columns called {short(twice[0])}; rename one")


def _refuse_large(size: int, where: str) -> None:
    if HELD * size > available():
        raise ValueError(
            f"{where}: its {size / 1e9:,.1f} GB take up to {HELD * size / 1e9:,.1f} GB of memory, and "
            f"{available() / 1e9:,.1f} GB are free: name metadata= and measurements= of a Parquet file, whose other "
            "columns are then not read, read it by folder=, which keeps it on disk, or take a part of its "
            "samples"
        )


def _without_index(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reset_index(drop=all(name is None for name in frame.index.names))
