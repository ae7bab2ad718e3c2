"""Other people's tables: text in a file never becomes SQL, paths are taken literally, and no cell gets lost."""

from __future__ import annotations

import gzip
import io
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from dg.datasets.packed import ANEW
from dg.files import alias, reading, regular

# Of `duckdb.connect`: it fetches and loads nothing.
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

NUMBERS = ("BIGINT", "DOUBLE")
LONGEST_LINE = 2**16  # bytes; those of the two traces have some hundreds


@contextmanager
def rows(file: Path, columns: Mapping[str, str], *, header: bool = False) -> Iterator[str]:
    """SQL that reads a csv, plain or in gzip, while the block lasts.

    columns: names of ours → types, in the order of the file's columns; the file's own names are never read
    """
    compression, underscores = _sound(file)
    with alias(file) as path:

        def source(kinds: Mapping[str, str]) -> str:
            types = ", ".join(f"{text(name)}: {text(kind)}" for name, kind in kinds.items())
            return (
                f"read_csv({text(path)}, columns = {{{types}}}, header = {str(header).lower()}, auto_detect = false, "
                f"compression = '{compression}', hive_partitioning = false)"
            )

        if underscores:
            _refuse_underscores(file, source(dict.fromkeys(columns, "VARCHAR")), columns)
        yield source(columns)


def _refuse_underscores(file: Path, source: str, columns: Mapping[str, str]) -> None:
    """DuckDB reads 1_000 as a number; in other people's tables it is a mistake."""
    numbers = [name for name, kind in columns.items() if kind in NUMBERS]
    quoted = [f'"{name}"' for name in numbers]
    if not numbers:
        return
    wrong = " OR ".join(f"contains({name}, '_')" for name in quoted)
    query = f"SELECT {', '.join(quoted)} FROM {source} WHERE {wrong} LIMIT 1"
    with duckdb.connect(config=OFFLINE) as database, reading(file, ANEW):
        found = database.execute(query).fetchone()
    if found:
        name, cell = next((n, cell) for n, cell in zip(numbers, found, strict=True) if cell and "_" in cell)
        raise ValueError(f"{file}: column {name}: {cell[:40]!r} is not a number; write it without underscores")


def _sound(file: Path) -> tuple[str, bool]:
    """How the file is packed, and whether it holds an underscore.

    It is read through once, because DuckDB compares no checksum and leaves out endless lines. Raises ValueError where
    the checksum in a gzip is not that of its content, or a line is too long.
    """
    with open(regular(file), "rb") as raw, reading(file, ANEW, "cannot be unpacked"):
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: io.BufferedIOBase = gzip.GzipFile(fileobj=raw) if packed else raw
        line, since, underscores = 1, 0, False
        while chunk := stream.read(LONGEST_LINE):
            end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
            since = len(chunk) - end - 1 + (since if end < 0 else 0)
            line += chunk.count(b"\n")
            underscores = underscores or b"_" in chunk
            if since > LONGEST_LINE:
                raise ValueError(f"{file}: line {line} is longer than {LONGEST_LINE:,} bytes; {ANEW}")
    return "gzip" if packed else "none", underscores


def text(value: object) -> str:
    """A text as a literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def fault(error: duckdb.Error) -> str:
    """DuckDB's message about a file, without its advice and without its path to the file."""
    lines = [
        line.strip() for line in str(error).split("\n\n")[0].splitlines() if not line.startswith(("*", "Possible"))
    ]
    lines = [line if len(line) <= 120 else f"{line[:119]}…" for line in lines[:3]]
    return re.sub(r":? *\"?[^\s\"]*/dg-\w+/link\"?", "", "; ".join(lines))


def frame(packed: bytes, **options: Any) -> pd.DataFrame:
    """A small csv that is in memory, line by line; a row longer than the header is an error, not cut to it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(io.BytesIO(packed), skip_blank_lines=False, index_col=False, **options)
