"""A file that is read a part at a time is what it is in memory: the same schema, the same numbers, the same weights."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dg import Categorical, Continuous, TimeSeriesDataset, read_like, read_long, read_wide
from dg.locks import held


@pytest.fixture(autouse=True)
def tiny_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part has two to six samples."""
    monkeypatch.setattr("dg.frames.parts.AT_ONCE", 2000)
    monkeypatch.setattr("dg.frames.reading.AT_ONCE", 2000)
    monkeypatch.setattr("dg.frames.melting.AT_ONCE", 2000)


def meters(samples: int = 14, **columns: object) -> pd.DataFrame:
    """Meters of 3 to 7 days, whose rows are mixed."""
    rng = np.random.default_rng(0)
    lengths = rng.integers(3, 8, samples)
    sample = np.arange(samples).repeat(lengths)
    place = np.arange(len(sample)) - (lengths.cumsum() - lengths)[sample]
    n = len(sample)
    rows = {
        "kWh": rng.gamma(4, 2, n),
        "meter": np.char.add("m", sample.astype(str)),
        "day": pd.Timestamp("2026-03-02") + pd.to_timedelta(place + sample % 4, unit="D"),
        "tariff": np.array(["day", "night", "mixed"])[sample % 3],
        "flats": (sample * 7) % 5,
        "built": pd.Timestamp("1999-12-31") + pd.to_timedelta(sample % 6, unit="D"),
        "alarms": rng.poisson(1, n),
        "open": rng.random(n) < 0.5,
        "state": np.array(["ok", "cold", "hot", "off"])[rng.choice(4, n, p=[0.6, 0.2, 0.15, 0.05])],
    }
    return pd.DataFrame({**rows, **columns}).sample(frac=1, random_state=1).reset_index(drop=True)


def holes(frame: pd.DataFrame, *columns: str, share: float = 0.1) -> pd.DataFrame:
    """The same without some values and without some rows."""
    rng, frame = np.random.default_rng(2), frame.copy()
    for column in columns:
        frame[column] = frame[column].mask(rng.random(len(frame)) < share)
    return frame


def dropped(frame: pd.DataFrame, share: float = 0.05) -> pd.DataFrame:
    """The same without some rows."""
    return frame[np.random.default_rng(3).random(len(frame)) >= share].reset_index(drop=True)


def zoned(frame: pd.DataFrame) -> pd.DataFrame:
    """Days by the clock on a wall, over a change of hours."""
    days = (frame["day"] + pd.Timedelta(26, "D")).dt.tz_localize("Europe/Berlin")
    return frame.assign(day=days.astype("datetime64[us, Europe/Berlin]"))


def irregular(frame: pd.DataFrame) -> pd.DataFrame:
    """Times to a millisecond."""
    late = pd.to_timedelta(np.random.default_rng(4).integers(0, 80_000_000, len(frame)), unit="ms")
    return frame.assign(day=frame["day"] + late)


def dated(style: str) -> pd.DataFrame:
    """Days in a format, some of which could have the day or the month first, beside other dates and texts."""
    frame = meters()
    days = frame["day"] + pd.Timedelta(8, "D")
    return frame.assign(
        day=days.dt.strftime(style),
        built=frame["built"].dt.strftime("%d-%m-%Y"),
        read=days.dt.strftime("%Y-%m-%d %H:%M:%S"),
        note=np.where(frame["flats"] > 2, "01/02/2026", "none"),
    )


STYLES = ("%Y/%m/%d", "%d/%m/%Y", "%d.%m.%y", "%-m/%-d/%Y %-I:%M %p")  # of which DuckDB reads the first
SEVERAL = ("kWh", "alarms", "open", "state")
CASES: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "all kinds of columns": (meters(), {"time": "day"}),
    "in the order of the rows": (meters().drop(columns="day"), {}),
    "numbers for times": (
        meters(day=0).assign(day=lambda frame: frame.groupby("meter").cumcount() * 0.5),
        {"time": "day"},
    ),
    "named columns": (meters(), {"time": "day", "metadata": ["tariff"], "measurements": ["state", "kWh"]}),
    "numbers that are names": (meters(), {"time": "day", "categorical": ["alarms", "flats"]}),
    "irregular times": (irregular(meters()), {"time": "day", "spacing": "irregular"}),
    "days of a place": (zoned(meters()), {"time": "day"}),
    "months": (
        meters().assign(day=lambda frame: frame["day"].map(lambda day: pd.Timestamp(2026, day.day, 1))),
        {"time": "day"},
    ),
    "dates as text": (meters().assign(day=lambda frame: frame["day"].dt.strftime("%d.%m.%Y")), {"time": "day"}),
    **{f"dates as {style}": (dated(style), {"time": "day"}) for style in STYLES},
    "dates that are names": (dated("%d/%m/%Y"), {"categorical": ["day", "built"]}),
    "dates as text that are missing": (
        holes(dated("%m/%d/%y"), "built", "read", "kWh", share=0.02),
        {"time": "day", "missing": "drop"},
    ),
    "windows": (meters(), {"time": "day", "window": 4}),
    "irregular windows": (irregular(meters()), {"time": "day", "window": 4, "spacing": "irregular"}),
    "rare categories": (meters(), {"time": "day", "pool": 2}),
    "dropped": (holes(meters(), *SEVERAL, "tariff", share=0.02), {"time": "day", "missing": "drop"}),
    "dropped, with records that are not there": (dropped(meters()), {"time": "day", "missing": "drop"}),
    "interpolated": (dropped(holes(meters(), *SEVERAL)), {"time": "day", "missing": "interpolate"}),
    "masked": (dropped(holes(meters(), *SEVERAL, "tariff")), {"time": "day", "missing": "mask"}),
    "masked where a sample has no value": (
        meters().drop(columns="day").assign(kWh=lambda frame: frame["kWh"].mask(frame["meter"].isin(["m2", "m9"]))),
        {"missing": "mask"},
    ),
    "masked, without times": (holes(meters(), *SEVERAL, "flats").drop(columns="day"), {"missing": "mask"}),
    "masked windows": (holes(meters(), *SEVERAL), {"time": "day", "missing": "mask", "window": 3}),
}


ALSO_AS_CSV = (
    *("all kinds of columns", "named columns", "months", "dropped", "masked"),
    *(case for case in CASES if case.startswith("dates")),
)


@pytest.mark.parametrize(
    ("case", "kind"), [*((case, "parquet") for case in CASES), *((case, "csv") for case in ALSO_AS_CSV)]
)
def test_a_file_is_read_in_parts_as_in_memory(case: str, kind: str, tmp_path: Path):
    (table, told), file = CASES[case], tmp_path / f"meters.{kind}"
    table.to_parquet(file) if kind == "parquet" else table.to_csv(file, index=False)
    wanted = read_long(file, sample="meter", **told)
    found = read_long(file, sample="meter", folder=tmp_path / "meters.data", **told)
    assert found.schema == wanted.schema
    assert found.mapped and not wanted.mapped
    assert found.measurements.tobytes() == wanted.measurements.tobytes()
    assert found.lengths.tolist() == wanted.lengths.tolist()
    pd.testing.assert_frame_equal(found.metadata, wanted.metadata, check_exact=True)
    assert found.fingerprint == wanted.fingerprint
    assert sorted(file.name for file in (tmp_path / "meters.data").iterdir()) == [
        "lengths.npy",
        "measurements.npy",
        "metadata.parquet",
        "read.json",
        "schema.json",
    ]


def line(records: int = 230, **columns: object) -> pd.DataFrame:
    """One series of hours, whose rows are mixed."""
    rng = np.random.default_rng(0)
    rows = {
        "load": rng.gamma(4, 2, records),
        "hour": pd.Timestamp("2026-03-27") + pd.to_timedelta(np.arange(records), unit="h"),
        "week": (np.arange(records) // 6 * 7) % 5,
        "alarms": rng.poisson(1, records),
        "state": np.array(["ok", "cold", "hot"])[rng.choice(3, records)],
    }
    return pd.DataFrame({**rows, **columns}).sample(frac=1, random_state=1).reset_index(drop=True)


def without(frame: pd.DataFrame, *places: slice) -> pd.DataFrame:
    """The same without the hours at some places."""
    lost = pd.concat([frame.sort_values("hour").iloc[place] for place in places]).index
    return frame.drop(index=lost).reset_index(drop=True)


LONG = (slice(5, 30), slice(47, 49), slice(100, 101), slice(222, 228))
HOURS = {"time": "hour", "window": 6}
MEASURED = {"metadata": [], "measurements": ["load", "alarms", "state"]}
SERIES: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "hours": (line(), HOURS),
    "in the order of the rows": (line().drop(columns="hour"), {"window": 7}),
    "windows longer than a part": (line(), {"time": "hour", "window": 100}),
    "numbers for times": (line(hour=np.arange(230) * 0.25), HOURS),
    "hours of a place": (
        line().assign(hour=lambda frame: frame["hour"].dt.tz_localize("UTC").dt.tz_convert("Europe/Berlin")),
        HOURS,
    ),
    "days of a place": (
        line(hour=pd.date_range("2026-01-01", periods=230, tz="Europe/Berlin").astype("datetime64[us, Europe/Berlin]")),
        HOURS,
    ),
    "months": (line(hour=pd.date_range("2001-01-01", periods=230, freq="MS").astype("datetime64[us]")), HOURS),
    "months with gaps": (
        without(line(hour=pd.date_range("2001-01-01", periods=230, freq="MS").astype("datetime64[us]")), slice(9, 16)),
        {**HOURS, **MEASURED, "missing": "mask"},
    ),
    "hours as text": (line().assign(hour=lambda frame: frame["hour"].dt.strftime("%d.%m.%Y %H:%M")), HOURS),
    "irregular": (
        line().assign(hour=lambda frame: frame["hour"] + pd.to_timedelta(frame["alarms"] * 700, unit="s")),
        {**HOURS, "spacing": "irregular"},
    ),
    "irregular times that come twice": (
        line().assign(hour=lambda frame: frame["hour"].dt.floor("4h")),
        {**HOURS, "spacing": "irregular", **MEASURED},
    ),
    "rare categories": (line(), {**HOURS, "pool": 2}),
    "interpolated": (
        without(holes(line(), "load", "alarms", "state"), *LONG[1:]),
        {**HOURS, **MEASURED, "missing": "interpolate", "window": 20},
    ),
    "dropped": (without(line(), *LONG), {**HOURS, "missing": "drop"}),
    "masked": (without(holes(line(), "load", "state"), *LONG), {**HOURS, **MEASURED, "missing": "mask"}),
    "masked, in the order of the rows": (
        holes(line(), "load", "state").drop(columns="hour"),
        {"window": 6, **MEASURED, "missing": "mask"},
    ),
}


@pytest.mark.parametrize(
    ("case", "kind"),
    [(case, kind) for case in SERIES for kind in ("parquet", "csv") if (case, kind) != ("days of a place", "csv")],
)
def test_so_is_one_long_series(case: str, kind: str, tmp_path: Path):
    """Then its later part, by its schema."""
    (table, told), file, other = SERIES[case], tmp_path / f"line.{kind}", tmp_path / f"other.{kind}"
    moments = pd.to_datetime(table["hour"], dayfirst=True) if case == "hours as text" else table.get("hour")
    later = table.iloc[90:] if moments is None else table.loc[moments.sort_values().index[90:]]
    for part, name in ((table, file), (later, other)):
        part.to_parquet(name, index=False) if kind == "parquet" else part.to_csv(name, index=False)
    wanted, found = read_long(file, **told), read_long(file, folder=tmp_path / "line.data", **told)
    assert found.schema == wanted.schema and found.mapped
    assert found.measurements.tobytes() == wanted.measurements.tobytes()
    assert found.fingerprint == wanted.fingerprint
    again = read_like(other, found.schema, missing=told.get("missing", "refuse"), folder=tmp_path / "other.data")
    assert again.fingerprint == read_like(other, wanted.schema, missing=told.get("missing", "refuse")).fingerprint


@pytest.mark.parametrize(
    ("table", "told"),
    [
        *((without(line(), slice(at, at + 1)), {}) for at in range(60, 84)),  # also between two parts
        *((line(hour=[*range(at), *range(at - 1, 229)]), {}) for at in range(60, 70)),
        (without(line(), *LONG), {"missing": "interpolate"}),
        (line(hour=[*range(229), 99_999]), {"missing": "mask"}),
        (line(hour=[*range(229), np.nan]), {"missing": "mask"}),
        (line(hour="noon"), {}),
        (line(), {"window": 300}),
        (holes(line(), "load"), {}),
        (line(), {"metadata": ["alarms"]}),
        (line(), {"categorical": ["weather"]}),
    ],
)
def test_what_is_wrong_with_one_long_series_has_the_same_words(
    table: pd.DataFrame, told: dict[str, Any], tmp_path: Path
):
    table.to_parquet(tmp_path / "line.parquet")
    said = []
    for folder in (None, tmp_path / "line.data"):
        with pytest.raises(ValueError) as error:
            read_long(tmp_path / "line.parquet", folder=folder, **{**HOURS, **told})
        said.append(str(error.value))
    assert said[0] == said[1]


def pages(samples: int = 40, **columns: object) -> pd.DataFrame:
    """Pages with the views and the errors of up to six days, a row a page; some ended before."""
    rng = np.random.default_rng(0)
    ends, days = rng.integers(3, 7, samples), pd.date_range("2026-03-02", periods=6)
    rows = {
        "page": np.char.add("p", np.arange(samples).astype(str)),
        "lang": np.array(["de", "es", "fr"])[rng.integers(0, 3, samples)],
        **{str(day.date()): np.where(ends > at, rng.poisson(20, samples), np.nan) for at, day in enumerate(days)},
        **{f"errors {at}": np.where(ends > at, rng.poisson(1, samples), np.nan) for at in range(6)},
        **{f"hits {at}": rng.poisson(9, samples) for at in range(6)},
        "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 9, samples), unit="D"),
        "size": rng.integers(1, 5, samples),
    }
    return pd.DataFrame({**rows, **columns})


DAYS = tuple(f"2026-03-0{day}" for day in range(2, 8))
ERRORS, HITS = (tuple(f"{name} {at}" for at in range(6)) for name in ("errors", "hits"))
BOTH = {"measurements": {"views": DAYS, "errors": ERRORS}, "metadata": ["size", "lang"]}
STATES = {column: np.array(["up", "down", "off"])[np.arange(40) * (at + 2) % 3] for at, column in enumerate(DAYS)}
WIDE: dict[str, tuple[pd.DataFrame, dict[str, Any]]] = {
    "steps by their names": (pages().drop(columns=list(ERRORS)), {"sample": "page"}),
    "all columns but the metadata": (pages()[["lang", *DAYS]], {"metadata": ["lang"]}),
    "two measurements": (pages(), BOTH),
    "whole numbers, without a name": (pages(), {"measurements": {"hits": HITS}, "metadata": ["lang"]}),
    "numbers that are names": (pages(), {**BOTH, "categorical": ["size", "errors"]}),
    "rare categories": (
        pages(**STATES),
        {"sample": "page", "metadata": ["lang"], "pool": 2, "measurements": {"s": DAYS}},
    ),
    "dates as text": (
        pages().assign(since=lambda frame: frame["since"].dt.strftime("%d.%m.%Y")),
        {"sample": "page", "metadata": ["since", "lang"], "measurements": {"hits": HITS}},
    ),
    "dropped": (holes(pages(), "lang", *DAYS[:3], share=0.03), {**BOTH, "sample": "page", "missing": "drop"}),
    "interpolated": (holes(pages(), *DAYS[1:3]), {**BOTH, "sample": "page", "missing": "interpolate"}),
    "masked": (holes(pages(), "lang", *DAYS[:3], *ERRORS[1:]), {**BOTH, "sample": "page", "missing": "mask"}),
    "a step that nobody has": (pages(**{DAYS[-1]: np.nan})[["lang", *DAYS]], {}),
}


@pytest.mark.parametrize(
    ("case", "kind"),
    [(case, kind) for case in WIDE for kind in ("parquet", "csv") if (case, kind) != ("a step that nobody has", "csv")],
)
def test_so_is_a_table_with_a_row_a_sample(case: str, kind: str, tmp_path: Path):
    """Then another one, by its schema."""
    (table, told), file, other = WIDE[case], tmp_path / f"pages.{kind}", tmp_path / f"other.{kind}"
    for part, name in ((table, file), (table.iloc[5:30], other)):
        part.to_parquet(name) if kind == "parquet" else part.to_csv(name, index=False)
    wanted, found = read_wide(file, **told), read_wide(file, folder=tmp_path / "pages.data", **told)
    assert found.schema == wanted.schema and found.mapped
    assert found.fingerprint == wanted.fingerprint
    again = read_like(other, found.schema, missing=told.get("missing", "refuse"), folder=tmp_path / "other.data")
    assert again.mapped
    assert again.fingerprint == read_like(other, wanted.schema, missing=told.get("missing", "refuse")).fingerprint


def test_wide_parquet_files_have_types_of_their_own(tmp_path: Path):
    """An index that names the samples, categories, nullable whole numbers with a hole, single precision."""
    table = holes(pages(), *DAYS[:2], share=0.05).astype({column: "Int32" for column in DAYS})
    table = table.astype({"lang": "category", "size": "float32", **{column: "float32" for column in ERRORS}})
    table.set_index("page").to_parquet(tmp_path / "pages.parquet")
    told: dict[str, Any] = {"sample": "page", "missing": "mask", "measurements": BOTH["measurements"]}
    wanted = read_wide(tmp_path / "pages.parquet", **told)
    found = read_wide(tmp_path / "pages.parquet", folder=tmp_path / "pages.data", **told)
    assert isinstance(wanted.schema.measurements[0], Continuous) and wanted.schema.measurements[0].integer
    assert found.fingerprint == wanted.fingerprint


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (holes(pages(), *ERRORS[2:]), {}),
        (holes(pages(), "lang"), {}),
        (pages(**{column: [1.0] * 30 + [np.nan] + [2.0] * 9 for column in (*DAYS, *ERRORS)}), {}),
        (pages(**{DAYS[2]: "many"}), {}),
        (pages(**{DAYS[-1]: np.nan}), {}),
        (pages(size=range(40)), {}),
        (pages(), {"categorical": [DAYS[0]]}),
        (pages(), {"measurements": {"views": [*DAYS, "2026-03-09"]}}),
    ],
)
def test_what_is_wrong_with_wide_tables_has_the_same_words(table: pd.DataFrame, told: dict[str, Any], tmp_path: Path):
    table.to_csv(tmp_path / "pages.csv", index=False)
    said = []
    for folder in (None, tmp_path / "pages.data"):
        with pytest.raises(ValueError) as error:
            read_wide(tmp_path / "pages.csv", sample="page", folder=folder, **{**BOTH, **told})
        said.append(str(error.value))
    assert said[0] == said[1]
    assert [file.name for file in tmp_path.iterdir()] == ["pages.csv"]


def test_the_types_of_a_parquet_file_are_its_own(tmp_path: Path):
    """Categories with their order, whole numbers of few bits and with missing ones, days, decimals, an index."""
    table = meters()
    table = table.assign(
        day=table["day"].astype("datetime64[ms]"),
        state=pd.Categorical(table["state"], ["off", "hot", "never", "cold", "ok"], ordered=True),
        tariff=pd.Categorical(table["tariff"]),
        flats=table["flats"].astype("UInt8").mask(table["flats"] == 3),
        built=[day.date() for day in table["built"]],
        alarms=table["alarms"].astype("int16"),
        kWh=[Decimal(f"{value:.3f}") for value in table["kWh"]],
    ).set_index(["meter", "day"])
    table.to_parquet(tmp_path / "meters.parquet", row_group_size=10)
    told: dict[str, Any] = {"sample": "meter", "time": "day", "missing": "drop"}
    wanted = read_long(tmp_path / "meters.parquet", **told)
    found = read_long(tmp_path / "meters.parquet", folder=tmp_path / "meters.data", **told)
    assert wanted.schema.measurements[-1] == Categorical("state", ("off", "hot", "never", "cold", "ok"))
    assert found.fingerprint == wanted.fingerprint


@pytest.mark.parametrize("case", ["all kinds of columns", "irregular times", "rare categories", "windows", "masked"])
def test_so_is_another_table_by_a_schema(case: str, tmp_path: Path):
    """Half of the meters, three days later; one begins before the schema's table does."""
    table, told = CASES[case]
    schema = read_long(table, sample="meter", **told).schema
    other = table[table["meter"].isin([f"m{number}" for number in range(2, 14, 2)])]
    other = other.assign(
        day=other["day"] + pd.Timedelta(3, "D") - pd.Timedelta(5, "D") * (other["meter"] == "m4").astype(int)
    )
    other.to_parquet(tmp_path / "other.parquet")
    wanted = read_like(tmp_path / "other.parquet", schema)
    found = read_like(tmp_path / "other.parquet", schema, folder=tmp_path / "other.data")
    assert found.mapped and found.fingerprint == wanted.fingerprint


def test_a_schema_tells_whether_days_come_first(tmp_path: Path):
    """Of a later file none of whose days is past the twelfth."""
    table = meters().assign(day=lambda frame: (frame["day"] + pd.Timedelta(20, "D")).dt.strftime("%d/%m/%Y"))
    schema = read_long(table, sample="meter", time="day").schema
    later = table.assign(day=(pd.to_datetime(table["day"], format="%d/%m/%Y") + pd.Timedelta(10, "D")))
    assert later["day"].dt.day.max() <= 12
    for kind in ("csv", "parquet"):
        file = tmp_path / f"later.{kind}"
        texts = later.assign(day=later["day"].dt.strftime("%d/%m/%Y"))
        texts.to_csv(file, index=False) if kind == "csv" else texts.to_parquet(file)
        with pytest.raises(ValueError, match="column 'day' may have the month or the day first"):
            read_long(file, sample="meter", time="day", folder=tmp_path / f"{kind}.data")
        found = read_like(file, schema, folder=tmp_path / f"{kind}.data")
        assert found.mapped and found.fingerprint == read_like(file, schema).fingerprint
        assert set(found.to_long()["day"]) == set(texts["day"])


def test_a_chain_is_checked_in_parts_too(tmp_path: Path):
    """The row is that of the file, whatever part it is in."""
    table = meters().assign(p90=lambda frame: frame["kWh"] + 1, p99=lambda frame: frame["kWh"] + 2)
    found = read_long(table, sample="meter", time="day").schema
    most = {"kWh": "p90", "p90": "p99"}
    schema = replace(
        found,
        measurements=tuple(
            replace(field, at_most=most[field.name]) if field.name in most else field for field in found.measurements
        ),
    )
    table.to_csv(tmp_path / "whole.csv", index=False)
    kept = read_like(tmp_path / "whole.csv", schema, folder=tmp_path / "whole.data")
    assert kept.fingerprint == read_like(tmp_path / "whole.csv", schema).fingerprint
    table.assign(p90=table["p90"].mask(table.index == 40, table["p99"] + 1)).to_csv(tmp_path / "wrong.csv", index=False)
    for told in ({}, {"folder": tmp_path / "wrong.data"}):
        with pytest.raises(ValueError, match=r"wrong\.csv: column 'p90' of row 41 is .*p99"):
            read_like(tmp_path / "wrong.csv", schema, **told)


def test_a_folder_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """And again when it, the file or what is asked have changed, which is an error as long as it is there."""
    file, folder = tmp_path / "meters.csv", tmp_path / "meters.data"
    meters().to_csv(file, index=False)
    data = read_long(file, sample="meter", time="day", folder=folder)
    with monkeypatch.context() as patched:
        patched.delattr("dg.frames.folder.parted")
        assert read_long(file, sample="meter", time="day", folder=folder).fingerprint == data.fingerprint
    with pytest.raises(
        ValueError, match=r"meters\.data is there already, and was not read from .*meters\.csv as it is now"
    ):
        read_long(file, sample="meter", time="day", window=3, folder=folder)
    meters(samples=15).to_csv(file, index=False)
    with pytest.raises(ValueError, match="name another by folder=, or remove it"):
        read_long(file, sample="meter", time="day", folder=folder)


def test_one_at_a_time_makes_a_folder(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """The other waits and takes what is there then. A lock that a killed process left is no obstacle."""
    file, folder, lock = (tmp_path / f"meters.{kind}" for kind in ("csv", "data", "data.lock"))
    meters().to_csv(file, index=False)
    program = "import sys, os; from filelock import FileLock; FileLock(sys.argv[1]).acquire(); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", program, str(lock)], check=False, timeout=60)
    assert lock.exists()
    found: list[TimeSeriesDataset] = []
    other = threading.Thread(target=lambda: found.append(read_long(file, sample="meter", time="day", folder=folder)))
    with held(lock, folder):
        other.start()
        while "is being made by" not in caplog.text:
            assert other.is_alive()
            time.sleep(0.01)
        assert not list(tmp_path.glob("*.unfinished")) and not found
    other.join()
    assert f"meters.data is being made by process {os.getpid()} on" in caplog.text
    assert len(found[0]) == 14 and sorted(path.name for path in tmp_path.iterdir()) == ["meters.csv", "meters.data"]


@pytest.mark.parametrize("text", ["\n", "\n\n", " \n", "", "meter\n", '"\n'])
def test_a_file_without_rows_has_the_same_words(text: str, tmp_path: Path):
    (tmp_path / "none.csv").write_text(text)
    said = []
    for folder in (None, tmp_path / "none.data"):
        with pytest.raises(ValueError) as error:
            read_long(tmp_path / "none.csv", sample="meter", folder=folder)
        said.append(str(error.value))
    assert said[0] == said[1]


def test_nothing_is_left_of_a_table_that_is_refused(tmp_path: Path):
    meters().assign(kWh=lambda frame: frame["kWh"].mask(frame.index == 30)).to_parquet(tmp_path / "meters.parquet")
    with pytest.raises(ValueError, match=r"column 'kWh' has 1 missing values, the first in row 31; fill"):
        read_long(tmp_path / "meters.parquet", sample="meter", time="day", folder=tmp_path / "meters.data")
    assert [file.name for file in tmp_path.iterdir()] == ["meters.parquet"]


def test_too_little_memory_to_sort_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dg.frames.parts.available", lambda: 0)
    monkeypatch.setattr("dg.frames.parts.LEAST", 2**22)
    monkeypatch.setattr("dg.frames.parts.THREAD", 2**22)
    pd.DataFrame({"meter": np.arange(200_000) // 2, "kWh": 1.5}).to_parquet(tmp_path / "meters.parquet")
    with pytest.raises(
        ValueError, match=r"meters\.parquet: 0\.0 GB of memory, .* are too little to sort it: free some"
    ):
        read_long(tmp_path / "meters.parquet", sample="meter", folder=tmp_path / "meters.data")
    assert [file.name for file in tmp_path.iterdir()] == ["meters.parquet"]
