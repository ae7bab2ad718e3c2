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
from dg import Categorical, Continuous, DoppelGANger, Generator, Schema, TimeSeriesDataset, fit
from experiments.generate import generate


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
    "a range that no sample is in": (metadata(tasks=(20, 30)), r"'tasks' is from 1 to 12, never in \(20, 30\)"),
    "a range between two numbers": (
        metadata(tasks=(2.2, 2.8)),
        r"of 20,000 samples 0 had \{'tasks': \(2\.2, 2\.8\)\}: it is too rare to wait for; ask for less, or retrain",
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
        r"gap\.parquet: cannot be read .* save it as CSV or Parquet",
    ),
    "conditions in two ways": (command(conditions="three.csv", metadata={"area": "City"}), "name one of them"),
    "a file that is there": (command(out="there.csv"), r"there\.csv is there already; name another file, or remove it"),
    "a file of another kind": (command(out="out.xlsx"), r"the name of a table ends in \.parquet, \.csv, \.csv\.gz"),
    "no processes": (command(jobs=0), "generate: jobs: Input should be greater than or equal to 1, got 0"),
    "no samples": (command(n=0), "generate: n: Input should be greater than or equal to 1, got 0"),
}
