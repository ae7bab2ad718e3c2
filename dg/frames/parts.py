"""A table that memory does not hold: DuckDB sorts it by sample on disk, and it is read some samples at a time."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow.parquet import ParquetFile

from dg.datasets.tables import OFFLINE, text
from dg.files import alias, packing, reading
from dg.frames.opening import Opened, csv, opened
from dg.frames.source import Source, refuse_counted, source_of
from dg.memory import available

AT_ONCE = 16 * 2**20  # bytes of a table that are in memory together, where they take about ten times as much
NUMBER = 8  # bytes
LEAST, MOST = 2**27, 2**30  # bytes of memory that DuckDB may take, a quarter of what is free
THREAD = 2**27  # bytes that each of its threads needs
TEXTS = ("object", "str", "string")


@dataclass(frozen=True)
class Parts:
    """A table in parts, each a Source of whole samples, which are in the order of their first rows.

    stored: the sorted table
    kinds, formats, where: as of a Source
    raw, plain: the types of columns as they are fetched, and as a Source has them
    sizes: rows of each sample
    rows: of a part, unless a sample has more
    missing: of each column how many values, and the number of the first row that has none, from 0
    """

    stored: Stored
    where: str
    kinds: dict[str, str]
    formats: dict[str, str]
    raw: dict[str, Any]
    plain: dict[str, Any]
    sizes: NDArray[np.int64]
    rows: int
    missing: dict[str, tuple[int, int]]

    def of(self, samples: int | None = None) -> Iterator[Source]:
        """The parts one after the other, of so many samples at most."""
        return (source for _, source in self.ranges(samples))

    def ranges(self, samples: int | None = None) -> Iterator[tuple[range, Source]]:
        """The same, and which samples they are."""
        for low, high in _ranges(self.sizes, self.rows, samples or len(self.sizes)):
            yield range(low, high), self._typed(self.stored.fetch(f"place BETWEEN {low} AND {high - 1}"))

    def refuse_missing(self) -> None:
        """Raises ValueError for the first column with missing values, as for a Source."""
        for column, (number, first) in self.missing.items():
            if number:
                refuse_counted(self.where, column, number, first)

    def _typed(self, frame: pd.DataFrame) -> Source:
        """Columns have the same types in every part, whatever values it has of them."""
        frame = frame[list(self.raw)].astype(self.raw)
        found = source_of(Opened(frame, self.where), (), categorical=self.kinds, empty=self.kinds).frame
        columns = {
            name: pd.to_datetime(values, format=self.formats[name]).astype("datetime64[us]")
            if name in self.formats
            else values.astype(self.plain[name])
            for name, values in found.items()
        }
        return Source(pd.DataFrame(columns), self.where, self.kinds, self.formats)


@contextmanager
def parted(
    table: str | Path,
    sample: str,
    named: Sequence[str],
    *,
    categorical: Collection[str],
    only: bool,
    known: Mapping[str, str],
    folder: Path,
    empty: Collection[str] = (),
    window: int = 1,
) -> Iterator[Parts]:
    """The table in parts while the block lasts, of which `folder` has a sorted copy.

    sample: the column that names the samples; without it each is a window of so many rows as they come
    named, categorical, only, known, empty: as of `source_of`
    Raises ValueError as `opened` and `source_of` do, and for a record without a sample.
    """
    memory = min(max(available() // 4, LEAST), MOST)
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory}B",
        "temp_directory": str(folder / "spilled"),
        "threads": min(os.cpu_count() or 1, memory // THREAD),
    }
    with duckdb.connect(folder / "sorted.duckdb", config={**OFFLINE, **config}) as database:
        with reading(table, "save it as CSV in UTF-8 or as Parquet"), alias(table) as link, _enough(table, memory):
            stored = Stored(database, table, link, named if only else None)
            stored.refuse_empty()
            source_of(Opened(stored.fetch("false", "numbered").reindex([0]), str(table)), named, empty=stored.names)
            sizes = stored.sort(sample) if sample else stored.as_it_is(window)
            parts = _parts(stored, sizes, categorical, known, empty)
        with _enough(table, memory):
            yield parts


@contextmanager
def _enough(table: str | Path, memory: int) -> Iterator[None]:
    """Says what to do where so much memory is too little for DuckDB."""
    try:
        yield
    except duckdb.OutOfMemoryException:
        raise ValueError(
            f"{table}: {memory / 1e9:,.1f} GB of memory, a quarter of what is free, are too little to sort it: free "
            "some, or name metadata= and measurements=, and other columns are not read"
        ) from None


class Stored:
    """The columns of a file in a database, as c0, c1 …, with each row's number and the place of its sample, from 0."""

    def __init__(
        self, database: duckdb.DuckDBPyConnection, table: str | Path, link: Path, only: Sequence[str] | None
    ) -> None:
        packed = packing(table)
        self.database, self.table = database, table
        self.schema = ParquetFile(table).schema_arrow if packed == "parquet" else None
        source = (
            csv(database, link, packed, str(table))
            if self.schema is None
            else f"read_parquet({text(link)}, hive_partitioning = false)"
        )
        shown = database.sql(f"SELECT * FROM {source} LIMIT 0")
        found = list(zip(shown.columns, shown.types, strict=True))
        names = [str(column[0]) for column in found] if self.schema is None else self.schema.names
        chosen = [at for at, name in enumerate(names) if only is None or name in only] or [*range(len(names))]
        self.names = [names[at] for at in chosen]
        self.kinds = [str(found[at][1]) for at in chosen]
        self.columns = [f"c{number}" for number in range(len(chosen))]
        if self.schema is not None:
            self.schema = pa.schema([self.schema.field(at) for at in chosen], metadata=self.schema.metadata)
        quoted = ('"' + str(found[at][0]).replace('"', '""') + '"' for at in chosen)
        selected = ", ".join(f"{name} AS {column}" for name, column in zip(quoted, self.columns, strict=True))
        stored = "TABLE" if self.schema is None else "VIEW"  # each query would find out a CSV's types anew
        self._run(f"CREATE {stored} numbered AS SELECT {selected}, row_number() OVER () - 1 AS row FROM {source}")

    def _run(self, statement: str) -> list[tuple[Any, ...]]:
        return self.database.execute(statement).fetchall()

    def refuse_empty(self) -> None:
        """Raises ValueError where there are no rows."""
        if not self._run("SELECT row FROM numbered LIMIT 1"):
            raise ValueError(f"{self.table} has no rows")

    def fetch(self, condition: str, rows: str = "sorted") -> pd.DataFrame:
        """Some rows in the order of the file, with their numbers for an index, as `opened` has them."""
        query = self.database.sql(f"SELECT {', '.join(self.columns)}, row FROM {rows} WHERE {condition} ORDER BY row")
        if self.schema is None:
            frame = query.df()
            numbers = frame.pop("row").to_numpy()
            return frame.set_axis(self.names, axis=1).set_axis(numbers)
        arrow = query.to_arrow_table()
        numbers = arrow["row"].to_numpy()
        fields = [field.with_type(_value_type(field.type)) for field in self.schema]
        arrow = arrow.drop_columns(["row"]).rename_columns(self.names)
        frame = arrow.cast(pa.schema(fields, metadata=self.schema.metadata)).to_pandas()
        frame = opened(frame).frame
        return frame.set_axis(frame.columns.astype(str), axis=1).set_axis(numbers)

    def sort(self, sample: str) -> NDArray[np.int64]:
        """Sorts the rows by the first row of their sample; returns how many each sample has."""
        at = self.names.index(sample)
        key = self.columns[at]
        self._run(
            f"CREATE TABLE firsts AS SELECT {key} AS key, min(row) AS first, count(*) AS size FROM numbered "
            f"GROUP BY {key}"
        )
        nameless = self._run(f"SELECT first FROM firsts WHERE {_absent('key', self.kinds[at])}")
        if nameless:
            raise ValueError(
                f"{self.table}: column {sample!r} has no value in row {nameless[0][0] + 1:,}, where it should name "
                "the sample; fill it, or leave this row out"
            )
        sizes = self.database.sql("SELECT size FROM firsts ORDER BY first").fetchnumpy()["size"]
        self._run(
            "CREATE TABLE sorted AS SELECT numbered.*, place FROM numbered JOIN (SELECT key, row_number() OVER "
            f"(ORDER BY first) - 1 AS place FROM firsts) ON {key} = key ORDER BY place, row"
        )
        return np.asarray(sizes, dtype=np.int64)

    def as_it_is(self, window: int) -> NDArray[np.int64]:
        """Leaves the rows in their order, so many for a sample; returns how many each has."""
        self._run(f"CREATE TABLE sorted AS SELECT *, row // {window} AS place FROM numbered")
        return self._sizes()

    def number(self, parts: Iterable[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> None:
        """Gives each row of the file a number; `parts` has some rows and theirs."""
        self._run("CREATE OR REPLACE TABLE given (row BIGINT, number DOUBLE)")
        for rows, numbers in parts:
            self.database.register("part", pd.DataFrame({"row": rows, "number": numbers}))
            self._run("INSERT INTO given SELECT row, number FROM part")
            self.database.unregister("part")

    def cut(self, place: str) -> NDArray[np.int64]:
        """Sorts the rows by the number of their sample, SQL of `row` and its `number`; returns how many each has."""
        self._run(f"CREATE OR REPLACE TABLE placed AS SELECT row AS its_row, {place} AS its_place FROM given")
        self._run(
            "CREATE OR REPLACE TABLE sorted AS SELECT sorted.* REPLACE (its_place AS place) FROM sorted JOIN placed ON "
            "row = its_row ORDER BY its_place, row"
        )
        return self._sizes()

    def _sizes(self) -> NDArray[np.int64]:
        found = self.database.sql("SELECT place, count(*) AS size FROM sorted GROUP BY place").fetchnumpy()
        sizes = np.zeros(int(found["place"].max()) + 1, dtype=np.int64)
        sizes[found["place"]] = found["size"]
        return sizes

    def missing(self) -> dict[str, tuple[int, int, int | None]]:
        """Of each column how many values are missing, the first row that misses one (or 0), and the first with one."""
        asked = ", ".join(
            f"count(*) FILTER ({absent}), min(row) FILTER ({absent}), min(row) FILTER (NOT ({absent}))"
            for absent in map(_absent, self.columns, self.kinds)
        )
        found = self._run(f"SELECT {asked} FROM sorted")[0]
        return {
            name: (found[at], found[at + 1] or 0, found[at + 2])
            for name, at in zip(self.names, range(0, len(found), 3), strict=True)
        }

    def width(self) -> int:
        """Bytes of a row, on average."""
        texts = [column for column, kind in zip(self.columns, self.kinds, strict=True) if kind == "VARCHAR"]
        lengths = " + ".join(f"coalesce(avg(strlen({column})), 0)" for column in texts) or "0"
        return int(NUMBER * len(self.columns) + self._run(f"SELECT {lengths} FROM sorted")[0][0])

    def values(self, name: str, limit: int | None = None) -> pd.Series:
        """The values of a column, each once, in the order of the file; the index numbers the first row of each."""
        column, most = self.columns[self.names.index(name)], "" if limit is None else f"LIMIT {limit}"
        found = self.database.sql(
            f"SELECT {column}, min(row) AS first FROM sorted WHERE {column} IS NOT NULL GROUP BY {column} "
            f"ORDER BY first {most}"
        ).fetchnumpy()
        return pd.Series(found[column], index=found["first"], name=name, dtype=object)

    def categories(self) -> dict[str, pd.CategoricalDtype]:
        """The columns that pandas wrote as categories, with these."""
        found: dict[str, pd.CategoricalDtype] = {}
        for field in self.schema or ():
            if pa.types.is_dictionary(field.type):
                with ParquetFile(self.table) as file:
                    batches = (batch.column(0) for batch in file.iter_batches(columns=[field.name]))
                    known = dict.fromkeys(value for batch in batches for value in batch.dictionary.to_pylist())
                found[field.name] = pd.CategoricalDtype(list(known), ordered=field.type.ordered)
        return found


def _parts(
    stored: Stored,
    sizes: NDArray[np.int64],
    categorical: Collection[str],
    known: Mapping[str, str],
    empty: Collection[str],
) -> Parts:
    """What the types of the columns are, by a few rows that show whether values are missing."""
    where, missing = str(stored.table), stored.missing()
    shown = {row for number, without, first in missing.values() for row in (first, without if number else None)}
    few = stored.fetch(f"row IN ({', '.join(str(row) for row in shown if row is not None)})")
    raw: dict[str, Any] = {name: few[name].dtype for name in few} | stored.categories()
    for name, kind in raw.items():
        if isinstance(kind, pd.ArrowDtype):
            raise ValueError(
                f"{where}: column {name!r} is {kind}, which is read in memory only; save it as a plain type"
            )
    seen = source_of(Opened(few.astype(raw), where), (), categorical=list(raw), empty=empty)
    formats: dict[str, str] = {}
    for name, kind in seen.kinds.items():
        told = kind in TEXTS and name not in categorical and missing[name][2] is not None
        if told and _may_be_dates(stored.values(name, 1), where, known):
            formats |= source_of(Opened(stored.values(name).to_frame(), where), (), known=known).formats
    plain = {name: values.dtype for name, values in seen.frame.items()}
    absent = {name: (missing[name][0], missing[name][1]) for name in raw}
    return Parts(stored, where, seen.kinds, formats, raw, plain, sizes, AT_ONCE // stored.width(), absent)


def _may_be_dates(first: pd.Series, where: str, known: Mapping[str, str]) -> bool:
    try:
        return bool(source_of(Opened(first.to_frame(), where), (), known=known).formats)
    except ValueError:  # of one alone it cannot be told whether the day comes first
        return True


def _absent(column: str, kind: str) -> str:
    return f"{column} IS NULL" + (f" OR isnan({column})" if kind in ("FLOAT", "DOUBLE") else "")


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _ranges(sizes: NDArray[np.int64], rows: int, samples: int) -> Iterator[tuple[int, int]]:
    """Samples from one number to before another that have so many rows at most, or are one that has some."""
    ends, low = sizes.cumsum(), 0
    while low < len(sizes):
        before = ends[low] - sizes[low]
        some, fitting = (int(np.searchsorted(ends, before + more, side="right")) for more in (0, rows))
        high = max(some + 1, min(low + samples, fitting))
        yield low, high
        low = high
