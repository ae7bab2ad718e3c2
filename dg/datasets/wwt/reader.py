"""Reads Kaggle's train_1.csv as it is published, and cleans it by Appendix A's rules.

A row is a page, a column a date, a cell that day's views; an empty cell is missing. Kaggle asks for an account and for
consent to the competition's rules: https://www.kaggle.com/c/web-traffic-time-series-forecasting/data
"""

from __future__ import annotations

import csv
import gzip
import io
import logging
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from dg.dataset import TimeSeriesDataset
from dg.datasets.wwt.schema import SCHEMA
from dg.schema import Categorical, Schema

PAGE = r"(?s)^.+_(?<domain>[^_]+)_(?<access>[^_]+)_(?<agent>[^_]+)$"
FIELDS = [field.name for field in SCHEMA.metadata]
CORRECT = "correct it or leave it empty"
ANEW = "the file is cut off or damaged: fetch it anew"

log = logging.getLogger(__name__)


def read_pages(raw: str | Path, samples: int | None, seed: int, *, keep_unknown: bool) -> TimeSeriesDataset:
    """`samples` complete pages of the file, chosen by `seed`; all of them where `samples` is None."""
    pages = read(raw)
    try:
        pages = complete(split_page(pages))
        schema = _schema(pages, keep_unknown)
        if samples is not None:
            pages = sample(pages, samples, seed)
    except ValueError as error:
        raise ValueError(f"{raw}: {error}") from error
    views = pages.select(_dates(pages)).to_numpy()
    return TimeSeriesDataset(
        schema=schema,
        metadata=pages.select(FIELDS).to_pandas(),
        measurements=np.ascontiguousarray(views, dtype=np.float32)[:, :, None],
        lengths=np.full(len(pages), schema.max_length),
    )


def read(raw: str | Path) -> pl.DataFrame:
    """The rows of the file as they are: `line` in the file, `Page`, and a float32 column of views a date."""
    content = _content(Path(raw))
    try:
        dates = _checked_header(content)
        pages = _table(content, dates)
        _check_counts(pages, dates)
    except ValueError as error:
        raise ValueError(f"{raw}: {error}") from error
    log.info("%s: %d pages of %d days", raw, len(pages), len(dates))
    return pages


def split_page(pages: pl.DataFrame) -> pl.DataFrame:
    """Domain, access and agent from the last three parts of each page's name; titles have underscores of their own."""
    pages = pages.with_columns(pl.col("Page").str.extract_groups(PAGE).alias("parts")).unnest("parts")
    nameless = pages.filter(pl.col("agent").is_null())
    if len(nameless):
        line, name = nameless.select("line", "Page").row(0)
        raise ValueError(f"line {line}, column Page: {name!r} is not <title>_<domain>_<access>_<agent>; name it so")
    return pages


def complete(pages: pl.DataFrame) -> pl.DataFrame:
    """Appendix A: "after removing samples with missing data, 117k samples are left" of 145k."""
    kept = pages.drop_nulls(_dates(pages))
    log.info("%d of %d pages dropped: they miss the views of a day", len(pages) - len(kept), len(pages))
    if not len(kept):
        raise ValueError(f"no row is left: all {len(pages)} lack the views of a day; fill them or take another file")
    return kept


def sample(pages: pl.DataFrame, samples: int, seed: int) -> pl.DataFrame:
    """Appendix A: "from which we sample 100k samples", without replacement; all where there are fewer."""
    if samples < 1:
        raise ValueError(f"{samples} samples were asked for; ask for at least 1")
    if samples >= len(pages):
        return pages
    log.info("%d of %d pages dropped: %d are sampled", len(pages) - samples, len(pages), samples)
    return pages[np.random.default_rng(seed).choice(len(pages), samples, replace=False)]


def _dates(pages: pl.DataFrame) -> list[str]:
    return [name for name in pages.columns if name not in ("line", "Page", *FIELDS)]


def _schema(pages: pl.DataFrame, keep_unknown: bool) -> Schema:
    """Table 7, with the file's number of days and, where they are kept, its unknown values."""
    fields = []
    for field in SCHEMA.metadata:
        assert isinstance(field, Categorical)
        unknown = pages.filter(~pl.col(field.name).is_in(field.values))
        if len(unknown) and not keep_unknown:
            line, name, value = unknown.select("line", "Page", field.name).row(0)
            raise ValueError(
                f"line {line}, column Page: {name!r} has the unknown {field.name} {value!r}; known are "
                f"{list(field.values)}; keep_unknown=True keeps it as a further value"
            )
        fields.append(Categorical(field.name, (*field.values, *sorted(set(unknown[field.name])))))
    return replace(SCHEMA, metadata=tuple(fields), max_length=len(_dates(pages)))


def _content(path: Path) -> bytes:
    """The csv in the file, unpacked by what it is, whatever its name."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; name Kaggle's train_1.csv, train_1.csv.gz or train_1.csv.zip")
    content = path.read_bytes()
    try:
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
        elif content.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                members = [name for name in archive.namelist() if name.endswith(".csv") and "__MACOSX" not in name]
                if len(members) != 1:
                    raise ValueError(f"{path}: holds {archive.namelist()}; pack one .csv file")
                content = archive.read(members[0])
    except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(f"{path}: cannot be unpacked ({error}); {ANEW}") from error
    if not content.strip():
        raise ValueError(f"{path}: is empty; fetch it anew")
    return content


def _checked_header(content: bytes) -> list[str]:
    """The dates of the first line, which are consecutive."""
    header = content[: content.find(b"\n") + 1 or None].decode("utf-8-sig", errors="replace")
    page, *dates = next(csv.reader([header.rstrip("\r\n")]), [""])
    if page != "Page" or not dates:
        raise ValueError(f"line 1 begins with {header[:40].rstrip()!r}; the published header is Page,2015-07-01,…")
    days: list[date] = []
    for column, name in enumerate(dates, start=2):
        at = f"line 1, column {column}"
        try:
            day = date.fromisoformat(name)
        except ValueError:
            raise ValueError(f"{at}: {name!r} is not a date such as 2015-07-01; remove or rename the column") from None
        if day in days:
            raise ValueError(f"{at}: the date {name} is there twice; remove one of its columns")
        if days and day < days[-1]:
            raise ValueError(f"{at}: the date {name} is out of order, after {days[-1]}; sort the columns by date")
        if days and day != days[-1] + timedelta(days=1):
            raise ValueError(f"{at}: dates are missing between {days[-1]} and {name}; add them, with empty cells")
        days.append(day)
    return dates


def _table(content: bytes, dates: Sequence[str]) -> pl.DataFrame:
    """The rows below the header; where polars is at a loss or fills up short rows, a slow reader names the line."""
    types: dict[str, type[pl.DataType]] = {"Page": pl.String, **dict.fromkeys(dates, pl.Float32)}
    try:
        pages = pl.read_csv(content, has_header=False, skip_rows=1, schema=types)
    except pl.exceptions.NoDataError:
        pages = pl.DataFrame(schema=types)
    except pl.exceptions.PolarsError as error:
        raise ValueError(_fault(content, dates) or f"is not such a table: {str(error).splitlines()[0]}") from None
    if not len(pages):
        raise ValueError(f"has no row below its header; {ANEW}")
    suspicious = bool(pages[dates[-1]].null_count()) and any(_short(line, len(dates)) for line in io.BytesIO(content))
    fault = _fault(content, dates) if suspicious else None
    if fault:
        raise ValueError(fault)
    breaks = pl.col("Page").str.count_matches("\n").fill_null(0).cum_sum().shift(fill_value=0)  # lines within titles
    return pages.select((2 + pl.int_range(pl.len()) + breaks).alias("line"), "Page", *dates)


def _short(line: bytes, days: int) -> bool:
    """True where the line has fewer cells than a page and its days; a quoted page's commas do not count."""
    return (line.rpartition(b'"')[2] if line.startswith(b'"') else line).count(b",") < days


def _fault(content: bytes, dates: Sequence[str]) -> str | None:
    """The first line and column that cannot be read; None where there is none."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f"line {line}: byte {content[error.start]:#x} is not UTF-8; save the file as UTF-8"
    rows = csv.reader(io.StringIO(text, newline=""))
    line = 1
    try:
        for row in rows:
            if len(row) != len(dates) + 1:
                return f"line {line} has {len(row)} columns, the header has {len(dates) + 1}; {ANEW}"
            for name, cell in zip(dates, row[1:], strict=True) if line > 1 else ():
                if cell and not _numeric(cell):
                    return f"line {line}, column {name}: {cell!r} is not a number of views; {CORRECT}"
            line = rows.line_num + 1
    except csv.Error as error:
        return f"line {line}: {error}; a quote is never closed"
    return None


def _numeric(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _check_counts(pages: pl.DataFrame, dates: Sequence[str]) -> None:
    wrong = pages.select((pl.col(dates) < 0) | ~pl.col(dates).is_finite())
    columns = [name for name, bad in wrong.select(pl.all().any()).row(0, named=True).items() if bad]
    if columns:
        row, name = min((int(wrong[name].arg_true()[0]), name) for name in columns)
        raise ValueError(
            f"line {pages['line'][row]}, column {name}: {pages[name][row]} is not a number of views, "
            f"which is finite and not negative; {CORRECT}"
        )
