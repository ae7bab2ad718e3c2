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

from dg import Categorical, TimeSeriesDataset, read_like, read_long
from dg.locks import held
from tests import slowly
from tests.dg.frames.damage import holes


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
    ("case", "kind"),
    slowly.but(
        (
            "all kinds of columns",
            "irregular times",
            "days of a place",
            "dates as text",
            "windows",
            "interpolated",
            "masked",
        ),
        [*((case, "parquet") for case in CASES), *((case, "csv") for case in ALSO_AS_CSV)],
    ),
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
