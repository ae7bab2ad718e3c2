"""Conditions, lengths and orders that no sample can meet."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from baselines.ar import AR
from dg import Categorical, Continuous, DoppelGANger, Generator, Schema, TimeSeriesDataset, fit, read_long
from experiments.runs.sampling import generate


@cache
def model(kind: str = "dg") -> Generator:
    """Twelve samples of up to four records, in three areas, of 1 to 12 tasks and 0.5 to 6 GB."""
    schema = Schema(
        "cells",
        (
            Categorical("area", ("City", "Rural", "Sea")),
            Continuous("tasks", integer=True),
            Continuous("size", unit="GB"),
        ),
        (Continuous("load"),),
        max_length=4,
    )
    rows = {"area": ["City", "Rural"] * 6, "tasks": range(1, 13), "size": np.arange(1, 13) / 2}
    lengths = np.arange(12) % 4 + 1
    series = np.arange(48.0, dtype=np.float32).reshape(12, 4, 1) * (np.arange(4) < lengths[:, None])[..., None]
    train = TimeSeriesDataset(schema, pd.DataFrame(rows), series, lengths)
    train = train.without_metadata() if kind == "bare" else train
    chosen = AR if kind == "AR" else DoppelGANger
    return fit(partial(chosen, **chosen.quick or QUICK), train, batches=2, seed=0, accelerator="cpu")


QUICK = {"metadata_units": 4, "lstm_units": 4, "discriminator_units": 4, "batch_size": 4, "sample_len": 2}


def sample(n: int = 3, *, of: str = "dg", **asked: Any) -> Callable[[Path], object]:
    """Samples of a small model, whatever the folder."""
    drawn = inspect.unwrap(Generator.sample)  # without the tests' check of types
    return lambda folder: drawn(model(of), n, seed=0, **asked)


def metadata(**asked: object) -> Callable[[Path], object]:
    return sample(metadata=asked)


def command(**given: Any) -> Callable[[Path], object]:
    """The command with a model in the folder; names of files there may be given."""

    def run(folder: Path) -> None:
        model().save(folder / "model")
        (folder / "three.csv").write_text("area,tasks\nCity,1\nRural,2\nForest,3\n")
        (folder / "gap.csv").write_text("area\nCity\n\nRural\n", encoding="utf-8")
        (folder / "gap.parquet").write_bytes(b"PAR1 and no more")
        (folder / "there.csv").write_text("mine")
        files = {key: str(folder / given[key]) for key in ("out", "conditions", "lengths") if key in given}
        generate(str(folder / "model"), **{"out": str(folder / "out.csv"), **given, **files})

    return run


def at_most(folder: Path) -> None:
    """A model of jobs that use at most their memory is told some that use more."""
    fields = (Continuous("used", at_most="memory"), Continuous("memory"))
    rows = pd.DataFrame({"used": [1.0, 2.0, 3.0, 4.0], "memory": [4.0, 3.0, 3.0, 4.0]})
    series = np.ones((4, 1, 1), dtype=np.float32)
    jobs = TimeSeriesDataset(Schema("jobs", fields, (Continuous("load"),), 1), rows, series, np.ones(4, dtype=np.int64))
    generator = fit(partial(DoppelGANger, **QUICK | {"sample_len": 1}), jobs, batches=1, seed=0, accelerator="cpu")
    generator.sample(2, seed=0, metadata=pd.DataFrame({"used": [3.0, 4.0], "memory": [3.0, 3.5]}))


@cache
def dated(zone: str | None) -> Generator:
    """Customers since twelve days of March 2024, in the winter time of a zone, who called at some second."""
    days = pd.date_range("2024-03-01", periods=12, tz=zone)
    rows = pd.DataFrame({"customer": range(12), "since": days, "called": pd.date_range("2024-03-01 10:00", periods=12)})
    rows = rows.loc[rows.index.repeat(2)].assign(load=np.arange(24.0))
    data = read_long(rows, sample="customer")
    return fit(partial(DoppelGANger, **QUICK), data, batches=1, seed=0, accelerator="cpu")


def since(asked: object, *, zone: str | None = None, field: str = "since") -> Callable[[Path], object]:
    """Samples of such customers."""
    drawn = inspect.unwrap(Generator.sample)
    given = asked if isinstance(asked, pd.DataFrame) else {field: asked}
    return lambda folder: drawn(dated(zone), 2, seed=0, metadata=given)


def beyond_memory(folder: Path) -> None:
    with patch("dg.generator.available", lambda: 2**30):
        model().sample(3, seed=0, lengths=1_000_000)


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no such field": (
        metadata(land="City"),
        r"metadata: there is no field 'land'; there are \['area', 'tasks', 'size'\]",
    ),
    "no metadata": (sample(of="bare", metadata={"area": "City"}), "this model has no metadata, .* leave it out"),
    "a value that is not known": (
        metadata(area="Forest"),
        r"^metadata: 'area' is never 'Forest'; it is one of \['City', 'Rural', 'Sea'\]$",
    ),
    "a missing value": (metadata(area=None), "'area' is never None; it is one of"),
    "a number above those of training": (
        metadata(tasks=13),
        "'tasks' is never 13; it is a number from 1 to 12, as in training",
    ),
    "a count that is a fraction": (metadata(tasks=2.5), r"'tasks' is never 2\.5; it is a whole number"),
    "text for a number": (metadata(tasks="few"), "'tasks' is never 'few'; it is a number from 1 to 12"),
    "true for a number": (metadata(tasks=True), "'tasks' is never True; it is a number from 1 to 12"),
    "one exact fraction": (
        metadata(size=1.5),
        r"'size' is no whole number, .* ask for a range \(low, high\), or tell all",
    ),
    "a range upside down": (metadata(tasks=(5, 2)), r"'tasks' should be a range \(low, high\), got \(5, 2\)"),
    "a range of three": (metadata(tasks=[1, 2, 3]), r"'tasks' should be a range \(low, high\), got \[1, 2, 3\]"),
    "a range that is not finite": (
        metadata(tasks=(1, float("nan"))),
        r"should be a range \(low, high\), got \(1, nan\)",
    ),
    "a range that no sample is in": (
        metadata(tasks=(20, 30)),
        r"'tasks' is never in \(20, 30\); it is a number from 1 to 12",
    ),
    "a range between two numbers": (
        metadata(tasks=(2.2, 2.8)),
        r"of 20,000 samples 0 had \{'tasks': \(2\.2, 2\.8\)\}: it is too rare to wait for; ask for less, or retrain",
    ),
    "a date that is none": (
        since("2024-02-30"),
        "^metadata: 'since' is never '2024-02-30'; it is a date such as '2024-03-01', without a time zone, from "
        "2024-03-01 to 2024-03-12, as in training$",
    ),
    "a date with the month first": (since("03/05/2024"), "is never '03/05/2024'; it is a date such as '2024-03-01'"),
    "a date after those of training": (since("2024-04-01"), "is never '2024-04-01'; it is a date .* to 2024-03-12"),
    "a date with a zone that the table has not": (
        since("2024-03-05T00:00+01:00"),
        r"is never '2024-03-05T00:00\+01:00'; it is a date such as '2024-03-01', without a time zone",
    ),
    "a date before those of its zone": (
        since(pd.Timestamp("2024-02-29 22:59", tz="UTC"), zone="Europe/Berlin"),
        r"'since' is never Timestamp\('2024-02-29 22:59:00\+0000', tz='UTC'\); it is a date such as "
        "'2024-03-01', in Europe/Berlin, from 2024-03-01 to 2024-03-12",
    ),
    "a time of a day": (since("2024-03-05 12:00"), "is never '2024-03-05 12:00'; it is a date in whole days"),
    "a part of a second": (
        since("2024-03-05 12:00:00.5", field="called"),
        "'called' is never '2024-03-05 12:00:00.5'; it is a date in whole seconds",
    ),
    "a range of dates upside down": (
        since(("2024-03-09", "2024-03-02")),
        r"'since' should be a range \(low, high\), got \('2024-03-09', '2024-03-02'\); it is a date such as",
    ),
    "a range of no dates": (
        since(("March", [4])),
        r"'since' should be a range \(low, high\), got \('March', \[4\]\); it is a date such as '2024-03-01'",
    ),
    "a range of dates that no sample is in": (
        since(("2025-03-02", "2025-03-09")),
        r"'since' is never in \('2025-03-02', '2025-03-09'\); it is a date .* from 2024-03-01 to 2024-03-12",
    ),
    "a range between two days": (
        since(("2024-03-02 06:00", "2024-03-02 18:00")),
        r"had \{'since': \('2024-03-02 06:00:00', '2024-03-02 18:00:00'\)\}: it is too rare to wait for",
    ),
    "a date in a row of a table": (
        since(pd.DataFrame({"since": ["2024-03-02", "2.3.2024"]})),
        "^metadata: row 2: 'since' is never '2.3.2024'; it is a date such as '2024-03-01'",
    ),
    "a moment of a table for a number": (
        sample(metadata=pd.DataFrame({"tasks": pd.to_datetime(["1970-01-01"] * 3)})),
        "^metadata: row 1: 'tasks' is never .*1970.*; it is a number from 1 to 12, as in training$",
    ),
    "a list of values": (
        metadata(area=["City", "Sea"]),
        r"'area' has no range; give its values weights, \{'City': 1, …\}",
    ),
    "weights of a number": (metadata(tasks={"1": 1}), r"'tasks' is a number and takes no weights; ask for a range"),
    "a weight of an unknown value": (metadata(area={"Forest": 1}), "'area' is never 'Forest'; it is one of"),
    "a negative weight": (metadata(area={"City": -1}), "the weight of 'City' is -1, and should be 0 or more"),
    "a weight that is text": (metadata(area={"City": "1"}), "the weight of 'City' is '1', and should be 0 or more"),
    "weights that are all zero": (
        metadata(area={"City": 0}),
        "'area': the weights sum to 0; give one value more than 0",
    ),
    "no weights": (metadata(area={}), "'area': the weights sum to 0; give one value more than 0"),
    "neither mapping nor table": (sample(metadata=["City"]), r"metadata: \['City'\] is no mapping and no table"),
    "too few rows": (
        sample(metadata=pd.DataFrame({"area": ["City", "Sea"]})),
        "metadata has 2 rows, and 3 samples are asked for: give each a row",
    ),
    "a table without columns": (sample(metadata=pd.DataFrame(index=range(3))), "name at least one field, each once"),
    "a field twice": (
        sample(metadata=pd.DataFrame([["City", "Sea"]] * 3, columns=["area", "area"])),
        r"has the columns \['area', 'area'\]: name at least one field, each once",
    ),
    "a number outside of training in a row": (
        sample(metadata=pd.DataFrame({"tasks": [1, 2, 40]})),
        "^metadata: row 3: 'tasks' is never 40; it is a number from 1 to 12, as in training$",
    ),
    "metadata that no training sample has": (
        sample(of="AR", metadata={"area": "City", "tasks": 2, "size": 1.0}),
        "no training sample has all of these values, .* ask for what they have, or for fewer fields",
    ),
    "metadata that the schema's constraints rule out": (
        at_most,
        "^metadata: row 2: 'used' is 4.0, which is more than the 3.5 of 'memory': correct one of them, or leave",
    ),
    "lengths of a model that has none": (sample(of="AR", lengths=3), "AR cannot be told lengths; DoppelGANger can"),
    "a length of nothing": (sample(lengths=0), r"a range \(low, high\) or 3 whole numbers from 1 .* are wanted, got 0"),
    "lengths upside down": (sample(lengths=(4, 2)), r"are wanted, got \[4, 2\]"),
    "too few lengths": (sample(lengths=[4, 2]), r"3 whole numbers from 1 to 1,000,000 are wanted, got \[4, 2\]"),
    "lengths beyond all memory": (
        beyond_memory,
        "500 samples are made together, .* GB of memory are free: ask for shorter",
    ),
    "a table without lengths": (
        sample(lengths=pd.DataFrame({"size": [1, 2, 3]})),
        r"lengths has no column 'length'; it has \['size'\]",
    ),
    "a value that is not known in a file": (
        command(conditions="three.csv"),
        r"three\.csv: row 3: 'area' is never 'Forest'; it is one of",
    ),
    "a file with too few rows": (
        command(conditions="three.csv", n=5),
        r"three\.csv has 3 rows, and 5 samples are asked",
    ),
    "no such file": (command(conditions="nowhere.csv"), r"nowhere\.csv: no such file"),
    "a file cut short": (
        command(conditions="gap.parquet"),
        r"gap\.parquet: cannot be read .* save it as CSV in UTF-8 or as Parquet",
    ),
    "conditions in two ways": (command(conditions="three.csv", metadata={"area": "City"}), "name one of them"),
    "a file that is there": (command(out="there.csv"), r"there\.csv is there already; name another file, or remove it"),
    "a file of another kind": (command(out="out.xlsx"), r"the name of a table ends in \.parquet, \.csv, \.csv\.gz"),
    "no processes": (command(jobs=0), "generate: jobs: Input should be greater than or equal to 1, got 0"),
    "no samples": (command(n=0), "generate: n: Input should be greater than or equal to 1, got 0"),
}
