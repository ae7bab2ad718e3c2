"""Reads the authors' own file of Measuring Broadband America, or the FCC's raw files by Appendix A's rules.

The FCC publishes the raw files of each month, and what each unit is, at
https://www.fcc.gov/reports-research/reports/measuring-broadband-america
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from dg.dataset import TimeSeriesDataset
from dg.datasets import released
from dg.datasets.mba.schema import SCHEMA, TECHNOLOGIES
from dg.schema import Categorical

START, DAYS, BIN_HOURS = datetime(2017, 10, 1), 14, 6
LARGEST = 10**11  # bytes an hour; the FCC's own scripts delete rows above
USAGE = ("unit_id", "dtime", "wan_rx_bytes", "wan_tx_bytes", "sk_rx_bytes", "sk_tx_bytes")
LOSS = ("unit_id", "dtime", "target", "rtt_avg", "rtt_min", "rtt_max", "rtt_std", "successes", "failures")
PROFILE = ("unit_id", "isp", "technology", "state")

log = logging.getLogger(__name__)


def read(raw: str | Path, samples: int | None, seed: int, *, loss: str) -> TimeSeriesDataset:
    """`samples` homes of the folder, chosen by `seed`; all of them where `samples` is None or more than there are."""
    folder = Path(raw)
    folder = folder.parent if folder.name == "data_train.npz" else folder
    if (folder / "data_train.npz").exists():
        homes = released.read(folder, SCHEMA)
    elif (folder / "curr_netusage.csv").exists():
        homes = read_raw(folder, loss)
    else:
        raise FileNotFoundError(f"{folder}: holds neither data_train.npz nor curr_netusage.csv; name the folder of one")
    if samples is None or samples >= len(homes):
        return homes
    if samples < 1:
        raise ValueError(f"{raw}: {samples} samples were asked for; ask for at least 1")
    log.info("%d of %d homes dropped: %d are sampled", len(homes) - samples, len(homes), samples)
    return homes.take(np.random.default_rng(seed).choice(len(homes), samples, replace=False))


def read_raw(folder: Path, loss: str = "curr_udplatency") -> TimeSeriesDataset:
    """The valid homes of the FCC's raw files: 1 to 15 October 2017 (UTC), six-hour means, no bin without a value."""
    profile = unit_profile(folder)
    with duckdb.connect() as database:
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
    return TimeSeriesDataset(schema, metadata.reset_index(drop=True), series, np.full(len(units), t))


# Bytes sent and received, without the measurements' own; the FCC's scripts delete the same rows.
_TRAFFIC = f"""
    SELECT unit_id, dtime, (wan_rx_bytes - sk_rx_bytes) + (wan_tx_bytes - sk_tx_bytes) AS value FROM rows
    WHERE sk_rx_bytes BETWEEN 0 AND wan_rx_bytes AND sk_tx_bytes BETWEEN 0 AND wan_tx_bytes
    AND greatest(wan_rx_bytes, wan_tx_bytes) <= {LARGEST}
"""
# Each hour that of the server with the lowest loss (Table 8).
_LOSS = """
    SELECT unit_id, date_trunc('hour', dtime) AS dtime, min(failures / (successes + failures)) AS value FROM rows
    WHERE successes >= 0 AND failures >= 0 AND successes + failures > 0 GROUP BY ALL
"""


def six_hour_means(
    database: duckdb.DuckDBPyConnection, file: Path, columns: tuple[str, ...], values: str, name: str
) -> pd.DataFrame:
    """unit_id, bin (0 to 55) and the mean of the SQL `values` over the bin's hours, of one raw table."""
    if not file.is_file():
        raise FileNotFoundError(f"{file}: no such file; fetch the FCC's raw data of October 2017")
    rows = _rows(database, file, columns)
    bin = f"CAST(floor(epoch(dtime - TIMESTAMP '{START}') / {BIN_HOURS * 3600}) AS INTEGER)"
    means = f"""
        WITH rows AS ({rows} WHERE dtime >= TIMESTAMP '{START}' AND dtime < TIMESTAMP '{START}' + INTERVAL {DAYS} DAY),
        hours AS ({values})
        SELECT unit_id, {bin} AS bin, avg(value) AS {name} FROM hours GROUP BY ALL
    """
    try:
        return database.sql(means).df()
    except duckdb.Error as error:
        raise ValueError(f"{file}: {_fault(error)}; correct the line or fetch the file anew") from error


def unit_profile(folder: Path) -> pd.DataFrame:
    """unit_id → isp, technology, state from the folder's one Unit-Profile file, .xlsx as published or .csv."""
    files = [file for file in sorted(folder.iterdir()) if "profile" in file.name.lower()]
    if len(files) != 1:
        raise ValueError(
            f"{folder}: {len(files)} files have 'profile' in their name; put the one Unit-Profile file there"
        )
    file = files[0]
    table = pd.read_excel(file) if file.suffix == ".xlsx" else pd.read_csv(file)
    table.columns = [str(column).strip().lower().replace(" ", "_") for column in table.columns]
    missing = set(PROFILE) - set(table.columns)
    if missing:
        raise ValueError(
            f"{file}: has no column {', '.join(sorted(missing))}; it has {', '.join(table.columns)}; rename it"
        )
    table = table[list(PROFILE)].dropna()
    known = {technology.lower(): technology for technology in TECHNOLOGIES}
    table["technology"] = table["technology"].astype(str).str.strip()
    unknown = ~table["technology"].str.lower().isin(list(known))
    if unknown.any():
        row = table.index[unknown][0]
        raise ValueError(
            f"{file}: row {row + 2}, column technology: {table.loc[row, 'technology']!r} does not exist; "
            f"known are {', '.join(TECHNOLOGIES)}; correct it or delete the row"
        )
    twice = table["unit_id"].duplicated()
    if twice.any():
        raise ValueError(
            f"{file}: row {table.index[twice][0] + 2}: unit {table['unit_id'][twice].iloc[0]} is there twice; "
            "delete one row"
        )
    table["technology"] = table["technology"].str.lower().map(known)
    return table.astype({"isp": str, "state": str}).set_index("unit_id")


def _rows(database: duckdb.DuckDBPyConnection, file: Path, columns: tuple[str, ...]) -> str:
    """SQL that reads the table; older months have no header line."""
    with open(file, encoding="utf-8") as lines:
        first = lines.readline().strip().lower().split(",")
    header = first[0] == "unit_id"
    names = first if header else [*columns, "location_id"][: len(first)]
    missing = set(columns) - set(names)
    if missing:
        raise ValueError(f"{file}: line 1: the column {', '.join(sorted(missing))} is missing; fetch the file anew")
    kinds = {"unit_id": "BIGINT", "dtime": "TIMESTAMP", "target": "VARCHAR", "location_id": "VARCHAR"}
    types = ", ".join(f"'{name}': '{kinds.get(name, 'DOUBLE')}'" for name in names)
    path = str(file).replace("'", "''")
    return f"SELECT * FROM read_csv('{path}', header={header}, columns={{{types}}}, auto_detect=false)"


def _complete(bins: pd.DataFrame, homes: int) -> pd.DataFrame:
    """The homes that have both values in all 56 bins."""
    kept = bins[bins.groupby("unit_id")["bin"].transform("size") == SCHEMA.max_length]
    log.info("%d of %d homes dropped: six hours without a value", homes - kept["unit_id"].nunique(), homes)
    return kept


def _fault(error: duckdb.Error) -> str:
    return " ".join(str(error).split("\n\n")[0].split())[:300]
