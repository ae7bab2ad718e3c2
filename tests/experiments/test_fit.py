"""Your own table becomes a model file: what is shown, the schema that is edited, a seed, an interruption, a folder."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir

import dg
from experiments.ink.fields import fields
from experiments.runs.fitting import fit
from tests.commands import Command

CONF = Path(__file__).resolve().parents[2] / "conf"
SMALL = ["+model.module.lstm_units=8", "+model.module.discriminator_units=8", "+model.module.batch_size=10"]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty carriers of 9 to 14 days from the second or third of March on."""
    rng, file = np.random.default_rng(0), tmp_path_factory.mktemp("table") / "carriers.csv"
    rows = [
        {"carrier": f"c{n}", "day": day.date(), "area": ["Urban", "Rural"][n % 2], "calls": rng.poisson(20), "load": x}
        for n in range(60)
        for day in pd.date_range(f"2026-03-0{2 + n % 2}", periods=rng.integers(9, 15))
        for x in [rng.random()]
    ]
    pd.DataFrame(rows).to_csv(file, index=False)
    return file


@pytest.fixture
def fitted(table: Path, tmp_path: Path) -> Callable[..., Path]:
    """Fits a few batches, with options."""

    def run(*options: str, out: str = "carriers.dg") -> Path:
        usual = [f"table={table}", "sample=carrier", "time=day", "batches=6", f"out={tmp_path / out}"]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            fit(
                compose(
                    "fit", [*usual, *(SMALL if not any("model=" in option for option in options) else []), *options]
                )
            )
        return tmp_path / out

    return run


def test_a_table_becomes_a_model_file_from_which_such_a_table_is_drawn(fitted, table, tmp_path, capsys):
    model = dg.load(fitted("name=mine", "log=[calls]"))
    said = capsys.readouterr().out
    assert "mine: 60 samples of 9 to 14 records" in said and "day in steps of 1 days" in said
    assert "| area      | sample   | category     |" in said and "| Rural, Urban" in said
    assert "| calls     | record   | whole number |" in said and str(model.card) in said
    assert (model.card.data, model.card.samples, model.card.batches) == ("mine", 60, 6)
    assert model.encoder.scales["calls"].log and not model.encoder.scales["load"].log
    drawn = model.sample(5, seed=0).to_long()
    assert list(drawn) == list(pd.read_csv(table)) and set(drawn["area"]) <= {"Urban", "Rural"}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["carriers.dg", "carriers.schema.json"]


def test_s_is_chosen_where_it_is_auto_and_the_model_is_that_of_who_names_it(fitted, table, tmp_path, capsys):
    """Thirty days each leave S = 1 and S = 3; what the trials need is gone afterwards."""
    rows, longer = pd.read_csv(table), tmp_path / "longer.csv"
    rows = rows[["carrier", "area"]].drop_duplicates().merge(pd.DataFrame({"day": range(30)}), how="cross")
    rows.assign(load=np.random.default_rng(0).random(len(rows))).to_csv(longer, index=False)
    auto = fitted(f"table={longer}", "model.module.sample_len=auto", "batches=32", out="auto.dg")
    said = capsys.readouterr().out
    (chosen,) = {s for s in (1, 3) if f"S = {s}: so many records" in said}
    named = fitted(f"table={longer}", f"model.module.sample_len={chosen}", "batches=32", out="named.dg")
    models = [dg.load(file) for file in (auto, named)]
    assert "error of autocorrelation after 2 batches" in said and not list(tmp_path.glob("*.unfinished"))
    assert all(model.module.generator.sample_len == chosen for model in models)
    pd.testing.assert_frame_equal(*(model.sample(5, seed=0).to_long() for model in models))


def test_the_same_seed_gives_the_same_model_in_a_folder_too(fitted):
    folders = [fitted("seed=3", out=name) for name in ("one", "two")] + [fitted("seed=4", out="three")]
    for name in ("weights.safetensors", "schema.json", "encoder.json"):
        one, two, three = ((folder / name).read_bytes() for folder in folders)
        assert one == two and (one == three) == (name != "weights.safetensors")


@pytest.mark.slow
def test_a_table_in_a_folder_gives_the_same_model(fitted, tmp_path, capsys):
    """Also by the schema that was found."""
    folder, schema = f"folder={tmp_path / 'carriers.data'}", f"schema={tmp_path / 'carriers.schema.json'}"
    plain, kept = fitted(), fitted(folder, out="kept.dg")
    again = fitted(f"folder={tmp_path / 'again.data'}", schema, "sample=null", "time=null", out="again.dg")
    assert "carriers: 60 samples of 9 to 14 records" in capsys.readouterr().out
    one, *others = (dg.load(model) for model in (plain, kept, again))
    for other in others:
        assert one.card.fingerprint == other.card.fingerprint and one.encoder == other.encoder
        assert one.sample(5, seed=0).fingerprint == other.sample(5, seed=0).fingerprint
    assert fitted(folder, out="twice.dg").is_file()


@pytest.mark.slow
def test_the_schema_is_shown_edited_and_handed_back(fitted, tmp_path, capsys):
    out = fitted("only=schema")
    file = tmp_path / "carriers.schema.json"
    assert f"It is in {file}: where it is not what you mean" in capsys.readouterr().out
    assert not out.exists() and [one.name for one in tmp_path.iterdir()] == [file.name]
    edited = json.loads(file.read_text())
    edited["measurements"][1] |= {"unit": "Erlang", "low": 0.0}
    edited["measurements"].pop(0)
    file.write_text(json.dumps(edited))
    with pytest.raises(ValueError, match="says something else than is found: hand it over by schema="):
        fitted()
    model = dg.load(fitted(f"schema={file}"))
    assert model.encoder.schema.measurements == (dg.Continuous("load", unit="Erlang", low=0),)
    assert list(model.sample(3, seed=0).to_long()) == ["carrier", "day", "area", "load"]
    assert dg.load(fitted(f"schema={file}", "name=mine", "batches=1", out="mine")).card.data == "mine"
    assert json.loads(file.read_text()) == edited


def test_a_season_reaches_the_model(fitted):
    model = dg.load(fitted("model=doppelganger_best", "season=7", "batches=1")).module
    assert model.hparams["season"] == 7
    assert dg.load(fitted("model=doppelganger_best", "batches=1", out="other")).module.hparams["season"] == 1


@pytest.mark.parametrize("name", ["gaussian", "naive_gan"])
def test_other_models_can_be_fitted(fitted, name):
    assert len(dg.load(fitted(f"model={name}", "batches=1")).sample(4, seed=0)) == 4


def test_a_table_is_read_as_is_said(fitted, table, tmp_path):
    """Windows of four days, of which a value is missing; and the same table with a row a sample."""
    holes = pd.read_csv(table)
    holes.loc[3, "load"] = None
    holes.to_csv(tmp_path / "holes.csv", index=False)
    model = dg.load(fitted(f"table={tmp_path / 'holes.csv'}", "missing=mask", "window=4", "batches=1", out="a.dg"))
    names = [field.name for field in model.encoder.schema.measurements]
    assert names == ["calls", "load", "load is missing"] and model.card.lengths == (4, 4)
    wide = holes.pivot(index=["carrier", "area"], columns="day", values="calls").reset_index()
    wide.to_csv(tmp_path / "wide.csv", index=False)
    options = [f"table={tmp_path / 'wide.csv'}", "wide=true", "time=null", "missing=interpolate", "batches=1"]
    samples = dg.load(fitted(*options, out="b.dg")).sample(3, seed=0)
    assert list(samples.to_wide()) == list(wide)


@pytest.mark.parametrize(
    ("times", "options", "words"),
    [
        (pd.date_range("2026-01-01", periods=3, freq="MS"), {}, "t in steps of 1 months"),
        (pd.date_range("2026-01-01", periods=3).strftime("%d.%m.%Y"), {}, "t in steps of 1 days"),
        ([1.0, 1.5, 4.0], {"spacing": "irregular"}, "t as it comes"),
        ([1.0, 1.5, 2.0], {}, "t in steps of 0.5"),
    ],
)
def test_what_is_found_of_times_is_said(times, options, words):
    table = pd.DataFrame({"cell": [1, 1, 1, 2, 2, 2], "t": [*times, *times], "load": [1.5, 2, 3, 4, 5, 6]})
    assert f"in all, {words}\n" in fields(dg.read_long(table, sample="cell", time="t", **options))


@pytest.mark.slow
def test_interrupted_it_goes_on_by_the_same_command_to_the_same_model(table, tmp_path):
    """Where the first command is stopped after a checkpoint, its model is that of a training in one piece."""
    chosen = [f"table={table}", "sample=carrier", "time=day", "batches=250", "model.module.sample_len=7", *SMALL]
    status, _, errors = Command("experiments.fit", *chosen, f"out={tmp_path / 'whole'}").finish()
    assert status == 0, errors
    out = tmp_path / "stopped"
    command = Command("experiments.fit", *chosen, f"out={out}")
    while not (tmp_path / "stopped.unfinished" / "checkpoint.ckpt").exists() and command.poll() is None:
        time.sleep(0.02)
    command.send_signal(signal.SIGINT)
    status, _, errors = command.finish(timeout=60)
    assert status == 130 and "the same command goes on" in errors and "Traceback" not in errors, errors
    assert not out.exists() and (tmp_path / "stopped.unfinished" / "checkpoint.ckpt").exists()
    status, said, errors = Command("experiments.fit", *chosen, f"out={out}").finish()
    assert status == 0, errors
    assert (out / "weights.safetensors").read_bytes() == (tmp_path / "whole" / "weights.safetensors").read_bytes()
    assert "250 batches" in said and not (tmp_path / "stopped.unfinished").exists()
    status, _, errors = Command("experiments.fit", *chosen, f"out={out}").finish()
    assert status == 1 and errors.strip().splitlines()[-1].startswith("error: ") and "is there already" in errors
