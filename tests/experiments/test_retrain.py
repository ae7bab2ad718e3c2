"""A model file becomes one with other metadata: by shares, by a table, whole or not there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dg import Categorical, Continuous, DoppelGANger, Schema, TimeSeriesDataset, fit, load
from experiments.retrain import change
from tests.commands import Command

SMALL = {"metadata_units": 16, "lstm_units": 4, "discriminator_units": 16, "batch_size": 20, "averaging": 0.9}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng, n = np.random.default_rng(0), 60
    schema = Schema(
        "pages",
        (Categorical("site", ("es.wikipedia.org", "de.wikipedia.org")), Continuous("age")),
        (Continuous("views"),),
        4,
    )
    metadata = pd.DataFrame({"site": rng.choice(schema.metadata[0].values, n), "age": rng.random(n)})
    data = TimeSeriesDataset(schema, metadata, rng.random((n, 4, 1)).astype(np.float32), np.full(n, 4))
    folder = tmp_path_factory.mktemp("model") / "my model"
    fit(partial(DoppelGANger, **SMALL), data, batches=5, seed=0).save(folder)
    return folder


def test_shares_before_and_after_stand_beside_what_was_wanted(model, tmp_path):
    told = change(
        str(model), str(tmp_path / "new"), weights={"site": {"es": {"wikipedia.org": 1}}}, batches=150, seed=0
    )
    rows = told.set_index(["field", "value"])
    es = rows.loc["site", "es.wikipedia.org"]
    assert es["wanted"] == pytest.approx(1) and es["after"] > es["before"] and ("age", "(mean)") in rows.index
    assert rows.loc["site"][["wanted", "before", "after"]].sum().tolist() == pytest.approx([1, 1, 1])
    sampled = load(tmp_path / "new").sample(4000, seed=5).metadata["site"].value_counts(normalize=True)
    assert abs(sampled["es.wikipedia.org"] - es["after"]) < 0.05
    assert [file.name for file in tmp_path.iterdir()] == ["new"]


def test_a_table_and_the_same_bytes(model, tmp_path):
    table = tmp_path / "wanted.csv"
    pd.DataFrame({"site": ["de.wikipedia.org"] * 3, "age": [0.2, 0.3, 0.4], "note": None}).to_csv(table, index=False)
    for name in "ab":
        change(str(model), str(tmp_path / name), table=str(table), batches=3, seed=1)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


def test_a_folder_is_whole_or_not_there(model, tmp_path, monkeypatch):
    for weights, table in (({}, None), ({"site": {"de.wikipedia.org": 1}}, "wanted.csv")):
        with pytest.raises(ValueError, match=r"name either weights, .*, or a table= of metadata"):
            change(str(model), str(tmp_path / "new"), weights=weights, table=table, batches=1, seed=0)

    def broken(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("dg.generator.save_file", broken)
    with pytest.raises(OSError, match="disk full"):
        change(str(model), str(tmp_path / "new"), weights={"site": {"de.wikipedia.org": 1}}, batches=1, seed=0)
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_command(model, tmp_path):
    chosen = [
        f"generator='{model}'",
        f"out={tmp_path / 'new'}",
        "batches=2",
        "forget=true",
        "+weights.site.de.wikipedia.org=1",
    ]
    status, told, errors = Command("experiments.retrain", *chosen).finish()
    assert status == 0, errors
    assert "| site    | de.wikipedia.org |    1.000 |" in told
    assert len(load(tmp_path / "new").sample(3, seed=0)) == 3
    status, _, errors = Command("experiments.retrain", *chosen).finish()
    assert status == 1 and errors.strip().splitlines()[-1].startswith("error: ") and "is there already" in errors
