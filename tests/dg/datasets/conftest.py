"""A small valid input of each reader, in the layout of the real one."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from dg.dataset import TimeSeriesDataset
from dg.datasets import gcut, gcut_jobs, mba, released, wwt
from dg.datasets.gcut import trace
from dg.datasets.mba import reader as mba_reader

Load = Callable[[Path], TimeSeriesDataset]


class Reader(NamedTuple):
    """Writes an input whose first value is `value` into a folder, gives what names it, and loads that."""

    write: Callable[[Path, int], Path]
    load: Load
    files: tuple[str, ...]  # that it reads


def _pages(folder: Path, value: int, suffix: str) -> Path:
    file = folder / f"train_1.csv{suffix}"
    text = f"Page,2015-07-01,2015-07-02\nCat_en.wikipedia.org_desktop_spider,{value},2\n".encode()
    if suffix == ".zip":
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("train_1.csv", text)
    else:
        file.write_bytes(gzip.compress(text) if suffix == ".gz" else text)
    return file


def _homes(folder: Path, value: int) -> Path:
    hours = [datetime(2017, 10, 1) + timedelta(hours=6 * bin) for bin in range(56)]
    tables: dict[str, tuple[tuple[str, ...], list[Any]]] = {
        "curr_netusage": (mba_reader.USAGE, [value, 0, 0, 0]),
        "curr_udplatency": (mba_reader.LOSS, ["a", 1, 1, 1, 1, 9, 1]),
    }
    for name, (columns, cells) in tables.items():
        rows = [[1, hour, *cells] for hour in hours]
        pd.DataFrame(rows, columns=list(columns)).to_csv(folder / f"{name}.csv", index=False)
    (folder / "Unit-Profile.csv").write_text("Unit ID,ISP,Technology,State\n1,Acme,DSL,PA\n")
    return folder


def _tasks(folder: Path, value: int) -> Path:
    row = dict.fromkeys(trace.USAGE, 0.5) | {"start": 600, "end": 900, "job": 1, "task index": 0}
    row |= {"machine": 7, "aggregation type": 0, "CPU rate": value / 1024}
    events = "600,,1,0,7,1,user,2,9,0.1,0.2,0,0\n900,,1,0,7,4,user,2,9,0.1,0.2,0,0\n"
    for table, text in (("task_events", events), ("task_usage", ",".join(map(str, row.values())) + "\n")):
        (folder / table).mkdir(parents=True, exist_ok=True)
        (folder / table / "part-00000-of-00500.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    return folder


def _jobs(folder: Path, value: int) -> Path:
    np.savez(folder / "gcd_job_days.npz", cpu_mem=np.full((1, 288, 2), float(value)), job_day=np.array([[5, 1]]))
    (folder / "job_metadata.csv").write_text("job_id,last_event,sched_class\n5,1,2\n")
    return folder


def _released(folder: Path, value: int) -> Path:
    released.write(gcut_jobs.load(_jobs(folder, value)), folder)
    return folder


READERS = {
    "wwt": Reader(partial(_pages, suffix=""), wwt.load, ("train_1.csv",)),
    "wwt.gz": Reader(partial(_pages, suffix=".gz"), wwt.load, ("train_1.csv.gz",)),
    "wwt.zip": Reader(partial(_pages, suffix=".zip"), wwt.load, ("train_1.csv.zip",)),
    "mba": Reader(_homes, mba.load, ("curr_netusage.csv", "curr_udplatency.csv", "Unit-Profile.csv")),
    "gcut": Reader(
        _tasks,
        lambda folder: gcut.load(folder, cache=folder.parent / "cache", drawn=10),
        tuple(f"{table}/part-00000-of-00500.csv.gz" for table in ("task_events", "task_usage")),
    ),
    "gcut_jobs": Reader(_jobs, gcut_jobs.load, ("gcd_job_days.npz", "job_metadata.csv")),
    "released": Reader(_released, released.read, ("data_train.npz", "schema.json")),
}


@pytest.fixture(params=READERS.values(), ids=READERS)
def reader(request: pytest.FixtureRequest) -> Reader:
    """Each of the readers in turn."""
    return request.param


@pytest.fixture
def reader_of() -> Callable[[str], Reader]:
    """The reader of a name."""
    return READERS.__getitem__
