"""A model file becomes a table: as many samples as asked, in parts, the same for a seed, and whole or not there."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from dg import DoppelGANger, fit, generator, read_long
from experiments.runs import sampling, table_file, workers
from experiments.runs.sampling import generate
from tests.commands import READY, ROOT, Command

CONF = Path(__file__).resolve().parents[2] / "conf"
SMALL = {"metadata_units": 8, "lstm_units": 8, "discriminator_units": 8, "batch_size": 10, "sample_len": 3}


@pytest.fixture(scope="module")
def given() -> pd.DataFrame:
    """Sixty carriers with 4 to 7 days each, in two areas."""
    rng = np.random.default_rng(0)
    parts = [
        {
            "carrier": f"c{n}",
            "day": day,
            "area": ["Urban", "Rural"][n % 2],
            "calls": rng.poisson(20),
            "load": rng.random(),
        }
        for n in range(60)
        for day in range(-3, rng.integers(1, 4))
    ]
    return pd.DataFrame(parts)


@pytest.fixture(scope="module")
def model(given: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model") / "my model"
    data = read_long(given, sample="carrier", time="day")
    fit(lambda layout: DoppelGANger(layout, **SMALL), data, batches=5, seed=0).save(folder)
    return folder


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_a_table_like_the_one_that_was_read(model, given, tmp_path, monkeypatch, kind):
    """In parts of seven samples; names go on from part to part."""
    monkeypatch.setattr(generator, "CHUNK", 7)
    out = tmp_path / f"samples.{kind}"
    generate(str(model), str(out), 20, 1)
    found = pd.read_parquet(out) if kind == "parquet" else pd.read_csv(out)
    assert list(found.columns) == list(given.columns)
    if kind == "parquet":
        assert list(found.dtypes) == list(given.dtypes)
    assert found["carrier"].nunique() == 20 and found["carrier"].astype(str).iloc[-1] == "19"
    assert set(found["area"]) <= {"Urban", "Rural"} and found["day"].min() == -3
    assert [file.name for file in tmp_path.iterdir()] == [out.name]


def test_the_same_seed_gives_the_same_bytes(model, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(str(model), str(tmp_path / f"{name}.parquet"), 30, seed)
    a, b, c = ((tmp_path / f"{name}.parquet").read_bytes() for name in "abc")
    assert a == b and a != c


def test_a_condition_holds_for_all(model, tmp_path):
    generate(str(model), str(tmp_path / "urban.csv"), 25, 0, {"area": "Urban"})
    found = pd.read_csv(tmp_path / "urban.csv")
    assert set(found["area"]) == {"Urban"} and found["carrier"].nunique() == 25


def test_conditions_and_lengths_from_files(model, tmp_path):
    """A row a sample; n is the number of rows unless it is given."""
    asked = pd.DataFrame({"area": ["Urban", "Rural", "Rural", "Urban", "Rural"]})
    asked.to_csv(tmp_path / "asked.csv", index=False)
    asked.assign(length=[9, 1, 2, 3, 4]).to_parquet(tmp_path / "lengths.parquet")
    out = tmp_path / "out.csv"
    generate(str(model), str(out), conditions=str(tmp_path / "asked.csv"), lengths=str(tmp_path / "lengths.parquet"))
    found = pd.read_csv(out).groupby("carrier")
    assert list(found["area"].first()) == list(asked["area"]) and list(found.size()) == [9, 1, 2, 3, 4]
    with pytest.raises(ValueError, match=r"asked\.csv has 5 rows, and 4 samples are asked for"):
        generate(str(model), str(tmp_path / "four.csv"), 4, conditions=str(tmp_path / "asked.csv"))


def test_weights_and_a_range_of_lengths(model, tmp_path):
    out = tmp_path / "weighted.csv"
    generate(str(model), str(out), 300, 0, {"area": {"Urban": 1, "Rural": 9}}, lengths=[2, 3])
    found = pd.read_csv(out).groupby("carrier")
    assert abs((found["area"].first() == "Urban").mean() - 0.1) < 0.06 and set(found.size()) == {2, 3}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "csv.gz", "parquet"])
def test_the_same_bytes_whatever_the_processes(model, tmp_path, kind):
    for jobs in (1, 2):
        asked = {"area": {"Urban": 1, "Rural": 2}}
        generate(str(model), str(tmp_path / f"{jobs}.{kind}"), 1700, 3, asked, lengths=[3, 9], jobs=jobs)
    one, other = sorted(file.read_bytes() for file in tmp_path.iterdir())
    assert one == other and len(one) > 1000


@pytest.mark.parametrize("zipped", [False, True])
def test_csv_is_what_pandas_writes(zipped):
    """Dates, truth and fractions by pandas itself, numbers and text faster; parts follow one another."""
    text = pd.DataFrame({"n": [-3, 2**40], "name": ["a,b", 'say "x"'], "kind": pd.Categorical(["é", "x y"])})
    text["x"], text["single"] = [2 / 3, -0.1], np.array([2 / 3, 1], dtype=np.float32)
    other = text.assign(x=[1e-7, 0.1], day=pd.to_datetime(["2020-01-01", "2020-01-02"]), good=[True, False])
    for frame in (text, other):
        name = "out.csv.gz" if zipped else "out.csv"
        written = b"".join(table_file.part(frame, name, first=first) for first in (True, False))
        written = gzip.decompress(written) if zipped else written
        assert written.decode() == frame.to_csv(index=False) + frame.to_csv(index=False, header=False)


@pytest.mark.slow
@pytest.mark.parametrize("begun", [False, True])
def test_an_interrupted_command_leaves_nothing(model, tmp_path, begun):
    """By SIGTERM to it alone, while it writes; by Ctrl-C, which all of a terminal's processes get, while all import."""
    out, told = tmp_path / "long.parquet", tmp_path / "told.txt"
    options = [f"generator='{model}'", f"out={out}", "n=20000000", "jobs=2"]
    with told.open("w") as errors:
        command = subprocess.Popen(
            [sys.executable, "-m", "experiments.generate", *options], stderr=errors, cwd=ROOT, start_new_session=True
        )
    family = psutil.Process(command.pid)
    while not (children := family.children(recursive=True)) or (begun and not _written(tmp_path)):
        assert command.poll() is None, told.read_text()
        time.sleep(0.05)
    assert not begun or len(children) >= 2
    os.kill(command.pid, signal.SIGTERM) if begun else os.killpg(command.pid, signal.SIGINT)
    status, said = command.wait(timeout=60), told.read_text()
    assert status == (143 if begun else 130) and "Traceback" not in said, said
    assert not psutil.wait_procs(children, timeout=20)[1]
    assert list(tmp_path.iterdir()) == [told]


def _written(folder: Path) -> bool:
    """Whether a part is written."""
    return any(file.stat().st_size for file in folder.glob(".unfinished-*.parquet"))


def _parent(told: Path) -> None:
    child = multiprocessing.get_context("fork").Process(target=sampling._end_with_parent)
    child.start()
    told.write_text(str(child.pid))
    time.sleep(60)


@pytest.mark.slow
def test_a_worker_ends_with_a_parent_that_is_killed(tmp_path):
    parent = READY.Process(target=_parent, args=(tmp_path / "child",))
    parent.start()
    while not ((tmp_path / "child").exists() and (told := (tmp_path / "child").read_text())):
        time.sleep(0.05)
    child = psutil.Process(int(told))
    parent.kill()
    assert not psutil.wait_procs([child], timeout=10)[1]


@pytest.mark.slow
def test_what_workers_are_forked_from_has_one_thread():
    """What a thread holds at a fork stays held for ever; those of jemalloc and OpenBLAS alone are ready for one."""
    imports = "; ".join(f"import {name}" for name in workers.IMPORTED)
    shown = "print(*(file.read_text() for file in pathlib.Path('/proc/self/task').glob('*/comm')))"
    program = f"{imports}; import pathlib; {shown}"
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, env=environment)
    assert sorted({*told.stdout.split()} - {"jemalloc_bg_thd"}) == ["python"], told.stderr


def test_what_can_never_be_is_refused_before_a_file_is_begun(model, tmp_path):
    with pytest.raises(ValueError, match=r"there is no field 'land'; there are \['area'\]"):
        generate(str(model), str(tmp_path / "land.csv"), 5, 0, {"land": "Urban"})
    assert not list(tmp_path.iterdir())


def test_a_file_is_whole_or_not_there(model, tmp_path):
    there = tmp_path / "there.csv"
    there.write_text("mine")
    with pytest.raises(ValueError, match=r"there\.csv is there already"):
        generate(str(model), str(there), 5, 0)
    with pytest.raises(ValueError, match=r"ends in \.parquet, \.csv, \.csv\.gz"):
        generate(str(model), str(tmp_path / "table.xlsx"), 5, 0)
    with pytest.raises(ValueError, match="is never 'Sea'"):
        generate(str(model), str(tmp_path / "sea.csv"), 5, 0, {"area": "Sea"})
    assert there.read_text() == "mine" and list(tmp_path.iterdir()) == [there]


@pytest.mark.slow
def test_the_command(model, tmp_path):
    out = tmp_path / "urban.parquet"
    chosen = [f"generator='{model}'", f"out={out}", "n=12", "+metadata.area=Urban"]
    status, _, errors = Command("experiments.generate", *chosen).finish()
    assert status == 0, errors
    assert pd.read_parquet(out)["carrier"].nunique() == 12
    status, _, errors = Command("experiments.generate", *chosen).finish()
    assert status == 1 and errors.strip().splitlines()[-1].startswith("error: ") and "is there already" in errors


def test_dates_are_asked_for_as_text(given, tmp_path):
    """On the command line and in a file; they come back with the type that they had."""
    since = pd.date_range("2024-03-01", periods=60).astype("datetime64[us]")
    rows = given.assign(since=given["carrier"].str[1:].astype(int).map(dict(enumerate(since))))
    data = read_long(rows, sample="carrier", time="day")
    fit(lambda layout: DoppelGANger(layout, **SMALL), data, batches=2, seed=0).save(tmp_path / "model")
    options = [f"generator={tmp_path / 'model'}", f"out={tmp_path / 'range.parquet'}", "n=20"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("generate", [*options, "+metadata.since=[2024-03-21,2024-04-10]"])
    generate(**OmegaConf.to_container(config, resolve=True))
    found = pd.read_parquet(tmp_path / "range.parquet")
    assert found["since"].dtype == rows["since"].dtype and found["since"].between("2024-03-21", "2024-04-10").all()
    wanted = pd.DataFrame({"since": since[15:30]})
    for kind in ("csv", "parquet"):
        asked, out = tmp_path / f"asked.{kind}", tmp_path / f"{kind}.parquet"
        wanted.to_csv(asked, index=False) if kind == "csv" else wanted.to_parquet(asked)
        generate(str(tmp_path / "model"), str(out), conditions=str(asked))
        told = pd.read_parquet(out).drop_duplicates("carrier")["since"]
        assert told.tolist() == list(since[15:30]) and told.dtype == rows["since"].dtype
