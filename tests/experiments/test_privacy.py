"""The page about membership: planted leaks are found, innocence is not accused, promises are as the card has them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dg
from baselines import AR, Bootstrap
from dg.card import NOT_COVERED
from experiments.privacy import privacy
from experiments.studies.attacks import attempts
from experiments.studies.privacy_page import Examined, verdict
from tests.commands import Command
from tests.experiments.test_evaluate import carriers, written
from tests.shapes import unchecked

KEYS = {"sample": "carrier", "time": "day"}
SMALL = partial(dg.DoppelGANger, lstm_units=8, metadata_units=8, discriminator_units=16, batch_size=20)


def resampled(table: pd.DataFrame, n: int) -> pd.DataFrame:
    """n of its carriers, drawn with replacement."""
    names, rng = table["carrier"].unique(), np.random.default_rng(0)
    drawn = enumerate(rng.choice(names, n))
    return pd.concat([table[table["carrier"] == name].assign(carrier=f"s{number}") for number, name in drawn])


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """60 members, 80 others, a bootstrap of the members, and as many samples of somebody who never saw them."""
    members = carriers(60, 0)
    tables = {"members": members, "nonmembers": carriers(80, 1)}
    return written(
        tmp_path_factory.mktemp("tables"), **tables, copies=resampled(members, 400), innocent=carriers(400, 2)
    )


@pytest.fixture
def made(files: dict[str, str], tmp_path: Path) -> Callable[..., tuple[str, dict]]:
    """Writes a page; it and what privacy.json has."""

    def run(out: str = "page", **options: str | int) -> tuple[str, dict]:
        page = privacy(files["members"], files["nonmembers"], str(tmp_path / out), **options)
        assert (tmp_path / out / "privacy.md").read_text() == f"{page}\n"
        assert sorted(file.name for file in (tmp_path / out).iterdir()) == ["privacy.json", "privacy.md", "privacy.png"]
        return page, json.loads((tmp_path / out / "privacy.json").read_text())

    return run


@pytest.fixture
def saved(files: dict[str, str], tmp_path: Path) -> Callable[..., str]:
    """Trains a model on the members, and says where it is."""

    def run(model, **options) -> str:
        data = dg.read_long(files["members"], **KEYS)
        dg.fit(model, data, batches=6, seed=0, **options).save(tmp_path / "model.dg")
        return str(tmp_path / "model.dg")

    return run


def whole(described: dict) -> pd.DataFrame:
    return pd.DataFrame(described["frame"]).query("group == 'all'").set_index("attack")


@pytest.mark.slow
def test_a_leak_is_found_in_a_bare_table(made, files):
    page, described = made(synthetic=files["copies"], **KEYS)
    assert "tells members from non-members in 100 % of its guesses" in page.split("##")[1]
    assert page.count("**found**") == 3 and "The critic was not asked: a table of samples has none" in page
    assert "A table of samples does not say how its generator was trained" in page and "| yes " in page
    assert (whole(described)["success"] == 1).all() and (whole(described)["epsilon"] > 1).all()
    assert described["critic"] == "a table of samples has none" and described["generated"] == 400
    assert (
        "**Too few for a claim that nothing is told**: 40 members" in page and "it takes 193 of each for 55 %" in page
    )


@pytest.mark.slow
def test_a_leak_is_found_in_a_model(made, saved):
    page, described = made(model=saved(Bootstrap))
    assert (whole(described)["success"] > 0.97).all() and "Bootstrap has none" in page
    assert described["generated"] == 600 and "the very table that the card speaks of" in page


@pytest.mark.slow
def test_innocence_is_not_accused(made, files):
    page, described = made(synthetic=files["innocent"], **KEYS)
    assert page.count("**not found**") == 3 and "**found**" not in page and "| yes " not in page
    assert "That no attack succeeds proves nothing" in page and "differ**" not in page and " safe" not in page
    assert described["told apart without a model"]["low"] < 0.5


@pytest.mark.slow
def test_innocent_samples_are_accused_as_seldom_as_the_page_says():
    """A hundred generators that never saw the members: five verdicts at most say that they did."""
    rng, whole = np.random.default_rng(0), dg.read_long(carriers(150, 0), **KEYS)
    accused = []
    with unchecked():
        for _ in range(100):
            loads = rng.normal(size=whole.measurements.shape).astype(np.float32) * whole.active[..., None]
            members, others, made = replace(whole, measurements=loads).split(0.3, 0.4, 0.3, seed=0)
            tried = list(attempts(members, others, made, critic=None, rng=rng))
            found = Examined("", "", "", 45, 60, 45, tried, "", None, "", None, False)
            accused.append("**found**" in verdict(found))
    assert np.mean(accused) <= 0.05


@pytest.mark.slow
def test_tables_that_differ_are_told(made, files, tmp_path):
    other = written(tmp_path, other=carriers(80, 5, shift=1.0))["other"]
    page = privacy(files["members"], other, str(tmp_path / "differ"), synthetic=files["innocent"], **KEYS)
    assert "**The two tables differ**" in page and "**found**" in page


@pytest.mark.slow
def test_a_private_models_promise_is_shown(made, saved, files):
    data = dg.read_long(files["members"], **KEYS)
    encoder = dg.Encoder.fit(data, bounds={"load": (-3.0, 3.0)})
    path = saved(SMALL, encoder=encoder, privacy=dg.Privacy(noise_multiplier=2.0, delta=0.001, secret=1))
    page, described = made(model=path)
    promised = dg.load(path).card.privacy
    assert f"ε = {promised['epsilon']:.3g} at δ = 0.001, μ = {promised['mu']:.3g}" in page and NOT_COVERED in page
    assert "at the card's δ = 0.001" in page and described["privacy"] == dict(promised)
    assert list(whole(described).index) == ["critic", "density ratio", "nearest sample"] and described["critic"] is None
    assert "without differential privacy" not in page and "contradict" not in page


@pytest.mark.slow
def test_a_model_without_critic_and_without_privacy(made, saved, files, tmp_path):
    page, described = made(model=saved(AR), samples=50)
    assert "The critic was not asked: AR has none." in page and "Training was without differential privacy" in page
    assert described["generated"] == 50 and set(whole(described).index) == {"density ratio", "nearest sample"}
    reference = written(tmp_path, reference=carriers(50, 7))["reference"]
    _, described = made("referred", model=str(tmp_path / "model.dg"), reference=reference)
    assert (whole(described)["nonmembers"] == 60).all()  # all 80 could be, as many as there are members are


@pytest.mark.slow
def test_shadow_models_are_on_the_page_where_they_are_asked_for(made, saved):
    path = saved(SMALL)
    page, described = made(model=path, samples=100, shadows=4)
    assert "The likelihood ratio, for who holds the model file and trains others like it: " in page
    assert "by 4 shadow models (LiRA)" in page and "- shadow models (LiRA)" not in page and described["shadows"] == 4
    without, plain = made("without", model=path, samples=100)
    assert "- shadow models (LiRA)" in without and "likelihood ratio" not in without and plain["shadows"] == 0
    assert list(whole(described).index) == ["critic", "likelihood ratio", "density ratio", "nearest sample"]


def test_the_model_says_how_to_read_the_tables(made, saved):
    path = saved(AR)
    made("same", model=path, **KEYS)
    with pytest.raises(
        ValueError, match=r"sample is 'day' by sample=, and the schema 'members' says how to read: leave one out"
    ):
        made(model=path, sample="day")


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes(made, files, saved, tmp_path):
    path = saved(SMALL)
    for out, seed in (("a", 0), ("b", 0), ("c", 1)):
        made(out, model=path, seed=seed)
    for name in ("privacy.md", "privacy.json", "privacy.png"):
        first, again, other = ((tmp_path / out / name).read_bytes() for out in "abc")
        assert first == again and first != other


@pytest.mark.slow
def test_the_command(files, saved, tmp_path):
    """`model` is also a folder of conf, which Hydra would look into."""
    path = saved(AR)
    chosen = [f"{name}={files[name]}" for name in ("members", "nonmembers")]
    status, said, errors = Command(
        "experiments.console.dg", "privacy", *chosen, f"model={path}", f"out={tmp_path}/page"
    ).finish()
    assert status == 0, errors
    assert said.startswith("# Can training samples be told by model.dg?") and (tmp_path / "page/privacy.png").exists()
    status, said, _ = Command("experiments.console.dg", "privacy", "--help").finish()
    assert status == 0 and "members=…" in said and "needed: CSV or Parquet" in said and "reference=null" in said
