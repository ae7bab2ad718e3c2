"""A model file becomes a table: as many samples as asked, in parts, the same for a seed, and whole or not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg import DoppelGANger, fit, generator, load, read_long
from experiments.generate import generate
from tests.commands import Command

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


def test_a_condition_takes_the_samples_that_have_it_anyway(model):
    drawn = load(model)
    kept = drawn.sample(10, seed=3, metadata={"area": "Rural"})
    first = drawn.sample(generator.CHUNK, seed=3).where(area="Rural").take(slice(10))
    assert kept.fingerprint == first.fingerprint


def test_what_is_too_rare_is_told_soon(model, monkeypatch):
    monkeypatch.setattr(generator, "TRIES", 2000)
    monkeypatch.setattr(generator, "RAREST", 1.1)
    with pytest.raises(ValueError, match=r"of 2,000 samples \d+ had \{'area': 'Urban'\}: it is too rare"):
        load(model).sample(5000, seed=0, metadata={"area": "Urban"})


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"land": "Urban"}, r"there is no field 'land'; there are \['area'\]"),
        ({"area": "Sea"}, r"'area' is never 'Sea'; it is one of \['Rural', 'Urban'\]"),
    ],
)
def test_what_can_never_be_is_refused(model, wanted, words):
    with pytest.raises(ValueError, match=words):
        load(model).sample(5, seed=0, metadata=wanted)


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
