"""Reads Kaggle's train_1.csv as it is published, and cleans it by Appendix A's rules.

A row is a page, a column a date, a cell that day's views; an empty cell is missing. Kaggle asks for an account and for
consent to the competition's rules: https://www.kaggle.com/c/web-traffic-time-series-forecasting/data
"""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from dg.dataset import TimeSeriesDataset
from dg.datasets import sampling
from dg.datasets.packed import ANEW, unpacked
from dg.datasets.wwt.schema import SCHEMA
from dg.files import said
from dg.schema import Categorical, Schema

PAGE = r"(?s)^.+_(?<domain>[^_]+)_(?<access>[^_]+)_(?<agent>[^_]+)$"
FIELDS = [field.name for field in SCHEMA.metadata]
CORRECT = "correct it or leave it empty"
NUMBER = re.compile(r"[ \t]*[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|inf|infinity|nan)", re.I)  # to polars
LONGEST = 20_000  # days; the published file has 550
LONGEST_HEADER = 2**20  # bytes
WHOLE = 2**24  # from here on float32 has not every whole number

log = logging.getLogger(__name__)


def read_pages(raw: str | Path, samples: int | None, seed: int, *, keep_unknown: bool) -> TimeSeriesDataset:
    """`samples` complete pages of the file, chosen by `seed`; all of them where `samples` is None."""
    sampling.check(samples, raw)
    pages = read(raw)
    try:
        pages = complete(split_page(pages))
        schema = _schema(pages, keep_unknown)
    except ValueError as error:
        raise ValueError(f"{raw}: {error}") from error
    chosen = sampling.choose(len(pages), samples, seed, "pages")
    pages = pages if chosen is None else pages[chosen]
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
        _check_names(pages)
    except ValueError as error:
        raise ValueError(f"{raw}: {error}") from error
    _tell_rounded(raw, pages, dates)
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
    try:
        content = unpacked(path)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path}: no such file; name Kaggle's train_1.csv, train_1.csv.gz or train_1.csv.zip"
        ) from None
    if not content.strip():
        raise ValueError(f"{path}: is empty; fetch it anew")
    return content


def _checked_header(content: bytes) -> list[str]:
    """The dates of the first line, which are consecutive."""
    line = content[:LONGEST_HEADER].partition(b"\n")[0].decode("utf-8-sig", errors="replace").rstrip("\r")
    page, *dates = line.replace('"', "").split(",")
    if page != "Page" or not dates:
        raise ValueError(f"line 1 begins with {line[:40]!r}; the published header is Page,2015-07-01,…")
    if "\r" in line:
        raise ValueError("line 1 ends in a carriage return alone; save the file with line feeds")
    if len(dates) > LONGEST:
        raise ValueError(f"line 1 has more than {LONGEST:,} dates; remove columns")
    days: list[date] = []
    for column, name in enumerate(dates, start=2):
        at = f"line 1, column {column}"
        try:
            day = date.fromisoformat(name)
        except ValueError:
            raise ValueError(
                f"{at}: {name[:40]!r} is not a date such as 2015-07-01; remove or rename the column"
            ) from None
        if days and days[0] <= day <= days[-1]:
            raise ValueError(f"{at}: the date {name} is there twice; remove one of its columns")
        if days and day < days[0]:
            raise ValueError(f"{at}: the date {name} is out of order, after {days[-1]}; sort the columns by date")
        if days and day != days[-1] + timedelta(days=1):
            raise ValueError(f"{at}: dates are missing between {days[-1]} and {name}; add them, with empty cells")
        days.append(day)
    return dates


def _table(content: bytes, dates: Sequence[str]) -> pl.DataFrame:
    """The rows below the header. If polars fails or fills up short rows, a slow reader names the line."""
    types: dict[str, type[pl.DataType]] = {"Page": pl.String, **dict.fromkeys(dates, pl.Float32)}
    rows = content.count(b"\n")
    if rows * len(dates) > 2 * len(content):  # each would be filled up to a whole row
        _refuse(_fault(content, dates))
    try:
        pages = pl.read_csv(content, has_header=False, skip_rows=1, schema=types)
    except pl.exceptions.NoDataError:
        pages = pl.DataFrame(schema=types)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise ValueError(_fault(content, dates) or f"is not such a table: {said(error)}") from None
    if not len(pages):
        raise ValueError(f"has no row below its header; {ANEW}")
    if pages[dates[-1]].null_count() and any(_short(line, len(dates)) for line in io.BytesIO(content)):
        _refuse(_fault(content, dates))
    breaks = pl.col("Page").str.count_matches("\n").fill_null(0).cum_sum().shift(fill_value=0)  # lines within titles
    return pages.select((2 + pl.int_range(pl.len()) + breaks).alias("line"), "Page", *dates)


def _short(line: bytes, days: int) -> bool:
    """True where the line has fewer cells than a page and its days; a quoted page's commas do not count."""
    return (line.rpartition(b'"')[2] if line.startswith(b'"') else line).count(b",") < days


def _refuse(fault: str | None) -> None:
    if fault:
        raise ValueError(fault)


def _fault(content: bytes, dates: Sequence[str]) -> str | None:
    """The first line and column that cannot be read; None where there is none."""
    rows = csv.reader(_decoded(content))
    line = 1
    try:
        for row in rows:
            if len(row) != len(dates) + 1:
                return f"line {line} has {len(row)} columns, the header has {len(dates) + 1}; {ANEW}"
            for name, cell in zip(dates, row[1:], strict=True) if line > 1 else ():
                if cell and not NUMBER.fullmatch(cell):
                    return f"line {line}, column {name}: {cell[:40]!r} is not a number of views; {CORRECT}"
            line = rows.line_num + 1
    except csv.Error as error:
        return f"line {line}: {error}; a quote is never closed"
    except UnicodeDecodeError as error:
        return f"line {rows.line_num + 1}: byte {error.object[error.start]:#x} is not UTF-8; save the file as UTF-8"
    return None


def _decoded(content: bytes) -> Iterator[str]:
    for line in io.BytesIO(content):
        yield line.decode()


def _check_counts(pages: pl.DataFrame, dates: Sequence[str]) -> None:
    wrong = pages.select((pl.col(dates) < 0) | ~pl.col(dates).is_finite())
    columns = [name for name, bad in wrong.select(pl.all().any()).row(0, named=True).items() if bad]
    if columns:
        row, name = min((int(wrong[name].arg_true()[0]), name) for name in columns)
        raise ValueError(
            f"line {pages['line'][row]}, column {name}: {pages[name][row]} is not a number of views, "
            f"which is finite and not negative; {CORRECT}"
        )


def _check_names(pages: pl.DataFrame) -> None:
    """Refuses a page that is there twice, because it could be in both halves of a split."""
    twice = pages.filter(pl.col("Page").is_duplicated() & pl.col("Page").is_not_null()).select("line", "Page")
    if len(twice):
        name = twice["Page"][0]
        first, second = twice.filter(pl.col("Page") == name)["line"][:2]
        raise ValueError(f"lines {first} and {second}, column Page: {name!r} is there twice; delete one of them")


def _tell_rounded(raw: str | Path, pages: pl.DataFrame, dates: Sequence[str]) -> None:
    """Views beyond float32's precision are read, because busy pages have such days; the reader is warned."""
    counts = pages.select((pl.col(dates) >= WHOLE).sum()).row(0)
    if any(counts):
        row, name = min(
            (int((pages[name] >= WHOLE).arg_true()[0]), name) for name, n in zip(dates, counts, strict=True) if n
        )
        log.warning(
            "%s: %d cells have %s views or more, of which float32 keeps the first seven digits, so that they may be "
            "rounded; the first is line %d, column %s", raw, sum(counts), f"{WHOLE:,}", pages["line"][row], name,
        )  # fmt: skip
