"""Reads the authors' own file of Measuring Broadband America, or the FCC's raw files by Appendix A's rules.

The FCC publishes the raw files of each month, and what each unit is, at
https://www.fcc.gov/reports-research/reports/measuring-broadband-america
"""

from __future__ import annotations

import csv
import io
import logging
import zipfile
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path

import duckdb
import numpy as np
import openpyxl
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.datasets import released, sampling, tables
from dg.datasets.mba.schema import SCHEMA, TECHNOLOGIES
from dg.files import content, reading, regular
from dg.schema import Categorical

START, DAYS, BIN_HOURS = datetime(2017, 10, 1), 14, 6
LARGEST = 10**11  # bytes an hour; the FCC's own scripts delete rows above
USAGE = ("unit_id", "dtime", "wan_rx_bytes", "wan_tx_bytes", "sk_rx_bytes", "sk_tx_bytes")
LOSS = ("unit_id", "dtime", "target", "rtt_avg", "rtt_min", "rtt_max", "rtt_std", "successes", "failures")
PROFILE = ("unit_id", "isp", "technology", "state")
TYPES = {"unit_id": "BIGINT", "dtime": "TIMESTAMP", "target": "VARCHAR", "location_id": "VARCHAR"}  # the others: DOUBLE
LONGEST_HEADER = 10_000  # characters
LARGEST_PROFILE = 64 * 2**20  # bytes, packed and unpacked; the FCC's have some ten thousand units
LARGEST_TABLE = (200_000, 100)  # rows and columns of a profile that are looked at

log = logging.getLogger(__name__)


def read(raw: str | Path, samples: int | None, seed: int, *, loss: str) -> TimeSeriesDataset:
    """`samples` homes of the folder, chosen by `seed`; all of them where `samples` is None or more than there are."""
    sampling.check(samples, raw)
    folder = Path(raw)
    folder = folder.parent if folder.name == "data_train.npz" else folder
    if (folder / "data_train.npz").exists():
        homes = released.read(folder, SCHEMA)
    elif (folder / "curr_netusage.csv").exists():
        homes = read_raw(folder, loss)
    else:
        raise FileNotFoundError(f"{folder}: holds neither data_train.npz nor curr_netusage.csv; name the folder of one")
    chosen = sampling.choose(len(homes), samples, seed, "homes")
    return homes if chosen is None else homes.take(chosen)


def read_raw(folder: Path, loss: str = "curr_udplatency") -> TimeSeriesDataset:
    """The valid homes of the FCC's raw files: 1 to 15 October 2017 (UTC), six-hour means, no bin without a value."""
    profile = unit_profile(folder)
    with duckdb.connect(config=tables.OFFLINE) as database:
        usage = six_hour_means(database, folder / "curr_netusage.csv", USAGE, _TRAFFIC, "traffic")
        losses = six_hour_means(database, folder / f"{loss}.csv", LOSS, _LOSS, "loss")
    bins = usage.merge(losses, on=["unit_id", "bin"])
    homes = _complete(bins, len(set(usage["unit_id"])))
    known = homes["unit_id"].isin(profile.index)
    if not known.all():
        log.info("%d homes dropped: the unit profile does not have them", homes.loc[~known, "unit_id"].nunique())
    homes = homes[known].sort_values(["unit_id", "bin"])
    units = homes["unit_id"].unique()
    if not len(units):
        raise ValueError(
            f"{folder}: no home has a value in each six hours of 1 to 15 October 2017; add the month's files"
        )
    t = SCHEMA.max_length
    series = homes[["traffic", "loss"]].to_numpy(np.float32).reshape(len(units), t, 2)
    metadata = profile.loc[units, ["isp", "technology", "state"]].set_axis(["ISP", "technology", "state"], axis=1)
    fields = [
        replace(field, values=tuple(sorted(metadata[field.name].unique()))) if field.name != "technology" else field
        for field in SCHEMA.metadata
        if isinstance(field, Categorical)
    ]
    schema = replace(SCHEMA, metadata=tuple(fields))
    with reading(folder, "correct the value"):
        return TimeSeriesDataset(schema, metadata.reset_index(drop=True), series, np.full(len(units), t))


# Bytes sent and received, without the measurements' own; the FCC's scripts delete the same rows.
_TRAFFIC = f"""
    SELECT unit_id, dtime, (wan_rx_bytes - sk_rx_bytes) + (wan_tx_bytes - sk_tx_bytes) AS value FROM rows
    WHERE sk_rx_bytes BETWEEN 0 AND wan_rx_bytes AND sk_tx_bytes BETWEEN 0 AND wan_tx_bytes
    AND greatest(wan_rx_bytes, wan_tx_bytes) <= {LARGEST}
"""
# For each hour, the loss of the server with the lowest one (Table 8).
_LOSS = """
    SELECT unit_id, date_trunc('hour', dtime) AS dtime, min(failures / (successes + failures)) AS value FROM rows
    WHERE successes >= 0 AND failures >= 0 AND successes + failures > 0 GROUP BY ALL
"""


def six_hour_means(
    database: duckdb.DuckDBPyConnection, file: Path, columns: tuple[str, ...], values: str, name: str
) -> pd.DataFrame:
    """unit_id, bin (0 to 55) and the mean of the SQL `values` over the bin's hours, of one raw table."""
    try:
        regular(file)
    except FileNotFoundError:
        raise FileNotFoundError(f"{file}: no such file; fetch the FCC's raw data of October 2017") from None
    header, names = _columns(file, columns)
    bin = f"CAST(floor(epoch(dtime - TIMESTAMP '{START}') / {BIN_HOURS * 3600}) AS INTEGER)"
    types = {name: TYPES.get(name, "DOUBLE" if name in columns else "VARCHAR") for name in names}
    with tables.rows(file, types, header=header) as source:
        means = f"""
            WITH rows AS (
                SELECT * FROM {source}
                WHERE dtime >= TIMESTAMP '{START}' AND dtime < TIMESTAMP '{START}' + INTERVAL {DAYS} DAY
            ), hours AS ({values})
            SELECT unit_id, {bin} AS bin, avg(value) AS {name} FROM hours GROUP BY ALL
        """
        try:
            return database.sql(means).df()
        except duckdb.Error as error:
            raise ValueError(f"{file}: {tables.fault(error)}; correct the line or fetch the file anew") from error


def unit_profile(folder: Path) -> pd.DataFrame:
    """unit_id → isp, technology, state from the folder's one Unit-Profile file, .xlsx as published or .csv."""
    files = [file for file in sorted(folder.iterdir()) if "profile" in file.name.lower()]
    if len(files) != 1:
        raise ValueError(
            f"{folder}: {len(files)} files have 'profile' in their name; put the one Unit-Profile file there"
        )
    file = files[0]
    table = _table(file)
    table.columns = [str(column).strip().lower().replace(" ", "_") for column in table.columns]
    if table.columns.has_duplicates:
        raise ValueError(f"{file}: has the column {table.columns[table.columns.duplicated()][0]} twice; rename one")
    missing = set(PROFILE) - set(table.columns)
    if missing:
        raise ValueError(
            f"{file}: has no column {', '.join(sorted(missing))}; it has {', '.join(table.columns)[:300]}; rename it"
        )
    table = table[list(PROFILE)].dropna()
    table = table.astype({"isp": str, "state": str, "technology": str})
    table["technology"] = table["technology"].str.strip()
    number = pd.to_numeric(table["unit_id"], errors="coerce")
    whole = number.abs().le(2**53) & (number % 1 == 0)
    _refuse(file, table["unit_id"], ~whole, "is no number of a unit; correct it or delete the row")
    table["unit_id"] = number[whole].astype(np.int64)
    known = {technology.lower(): technology for technology in TECHNOLOGIES}
    unknown = ~table["technology"].str.lower().isin(list(known))
    _refuse(
        file, table["technology"], unknown,
        f"does not exist; known are {', '.join(TECHNOLOGIES)}; correct it or delete the row",
    )  # fmt: skip
    twice = table["unit_id"].duplicated()
    if twice.any():
        raise ValueError(
            f"{file}: row {table.index[twice][0] + 2}: unit {table['unit_id'][twice].iloc[0]} is there twice; "
            "delete one row"
        )
    table["technology"] = table["technology"].str.lower().map(known)
    return table.set_index("unit_id")


def _refuse(file: Path, column: pd.Series, wrong: pd.Series, why: str) -> None:
    if wrong.any():
        row = column.index[wrong][0]
        raise ValueError(f"{file}: row {row + 2}, column {column.name}: {str(column[row])[:80]!r} {why}")


def _table(file: Path) -> pd.DataFrame:
    """The rows of a .csv, or of the first sheet of an .xlsx."""
    packed = content(file, LARGEST_PROFILE)
    with reading(file, "save it anew as .xlsx, or as .csv in UTF-8"):
        if file.suffix == ".xlsx":
            packed = _sheet(file, packed)
        return tables.frame(packed, low_memory=False)


def _sheet(file: Path, packed: bytes) -> bytes:
    """The first sheet of a workbook as csv, so far as a profile can reach."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        size = sum(member.file_size for member in archive.infolist())  # no more can come out of it
    if size > LARGEST_PROFILE:
        raise ValueError(f"{file}: unpacks to {size:,} bytes, more than the {LARGEST_PROFILE:,} of any profile")
    book = openpyxl.load_workbook(io.BytesIO(packed), read_only=True, data_only=True, keep_links=False)
    most, widest = LARGEST_TABLE
    text = io.StringIO()
    rows = book.worksheets[0].iter_rows(max_row=most + 1, max_col=widest, values_only=True)
    csv.writer(text).writerows(islice(rows, most + 1))
    return text.getvalue().encode()


def _columns(file: Path, columns: tuple[str, ...]) -> tuple[bool, list[str]]:
    """Whether a raw table has a header line (older months have none), and its columns; unknown ones get numbers."""
    with open(file, encoding="utf-8-sig") as lines, reading(file):
        line = lines.readline(LONGEST_HEADER).rstrip("\r\n")
        first = [name.strip().lower() for name in next(csv.reader([line]), None) or [""]]
    known = [*columns, "location_id"]
    header = first[0] == "unit_id"
    names = first if header else known[: len(first)]
    missing = [name for name in columns if name not in names]
    twice = [name for name in known if names.count(name) > 1]
    if missing or twice:
        wrong = f"the column {', '.join(missing)} is missing" if missing else f"the column {twice[0]} is there twice"
        raise ValueError(f"{file}: line 1: {wrong}; fetch the file anew")
    return header, [name if name in known else f"column {number}" for number, name in enumerate(names, start=1)]


def _complete(bins: pd.DataFrame, homes: int) -> pd.DataFrame:
    """The homes that have both values in all 56 bins."""
    kept = bins[bins.groupby("unit_id")["bin"].transform("size") == SCHEMA.max_length]
    log.info("%d of %d homes dropped: six hours without a value", homes - kept["unit_id"].nunique(), homes)
    return kept
