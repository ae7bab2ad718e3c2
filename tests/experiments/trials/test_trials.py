"""What a search varies, and what becomes of a trial that is worse than others, fails or was cut off in writing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import optuna
import pandas as pd
import pytest
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf
from optuna.distributions import CategoricalDistribution, IntDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import create_trial

from benchmarks.catalogue import metric
from dg.encoding import Encoder
from experiments.paper.grid import grid
from experiments.runs.data import split
from experiments.runs.run import Run, identity
from experiments.trials.search import search
from experiments.trials.space import Space, usual, varied, written
from experiments.trials.trial import overrides

CONF = Path(__file__).resolve().parents[3] / "conf"
SMALL = ["dataset=mba", "dataset.held_out=0.5", "scale=smoke", "logger=none", "scale.samples=30", "scale.batches=6"]
SMALL += ["scale.validation={samples: 20, times: 2}"]
NAME, UNITS = "model.module.units", "{units: {low: 20, high: 60}}"


@pytest.fixture
def searched(tmp_path):
    """Searches in this process, kept in a temporary folder; what the page says, as a frame."""

    def run(space: str, *chosen: str, trials: int, startup: int = 1) -> pd.DataFrame:
        chosen = (*SMALL, f"outputs={tmp_path}", *chosen)
        own = [f"+space.module={space}", "space.common=false", f"trials={trials}", f"startup={startup}", "name=here"]
        with initialize_config_dir(str(CONF), version_base="1.3"):
            search(compose("search", [*chosen, *own, f"results={tmp_path}"]), chosen)
        return pd.read_csv(tmp_path / "search-here.csv")

    return run


@pytest.fixture
def study(tmp_path):
    """The study as Optuna reads it, without any of our code."""
    return lambda: optuna.load_study(
        study_name="here", storage=JournalStorage(JournalFileBackend(str(tmp_path / "search/here.journal")))
    )


@pytest.mark.slow
@pytest.mark.parametrize("model", ["naive_gan", "rcgan"])  # with a list; with texts, and what is fixed
def test_the_common_space_has_the_cells_of_the_models_grid(model):
    chosen = [f"model={model}", "scale=search"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        base = compose("train", chosen)
        domains, fixed = varied(Space(common=True), base, chosen)
        cells = {identity(cell) for cell in grid("search", [f"search={model}", "scale=search"])}
        first = {name: written(domain.choices[0]) for name, domain in domains.items()}
        last = {name: written(domain.choices[-1]) for name, domain in domains.items()}
        ends = {identity(compose("train", overrides(chosen, fixed, values))) for values in (first, last)}
    assert len(cells) == np.prod([len(domain.choices) for domain in domains.values()])
    assert len(ends) == 2 and ends <= cells


@pytest.mark.parametrize("space", ["common", "doppelganger"])
def test_the_first_trial_of_a_space_is_the_papers(space):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config, base = compose("search", [f"space={space}"]), compose("train", ["scale.samples=10"])
        domains, _ = varied(Space.model_validate(OmegaConf.to_container(config.space)), base, [])
        values = usual(domains, base)
        first = compose("train", overrides([], [], values))
    assert values.keys() == domains.keys() and first.model != base.model
    layout = Encoder.fit(split(base).train, **base.model.encoder).layout
    chosen, paper = (instantiate(cell.model.module)(layout).hparams for cell in (first, base))
    assert chosen == paper


def test_what_is_not_named_is_as_train_has_it():
    with initialize_config_dir(str(CONF), version_base="1.3"):
        own, train = compose("search"), compose("train")
    for name in own.keys() - {"space", "trials", "startup", "name", "results"}:
        assert own[name] == train[name], name


@pytest.mark.slow
def test_a_trial_that_is_worse_than_most_is_cut_short_and_leaves_nothing(searched, study, config, tmp_path):
    """After a whole one, whose value is the metric on V; between both a full disk cut off a line of the journal."""
    first = searched(UNITS, "model=naive_gan", trials=1)
    run = Run.of(config(*SMALL, "model=naive_gan", f"++model.module.units={first['units'][0]}"))
    assert run.folder.name == first["run"][0]
    on_v, on_held_out = (metric("traffic_w1")(r, run.generated) for r in (run.real.validation, run.real.held_out))
    assert first["value"][0] == on_v != on_held_out
    for units in (20, 21):  # as good as can be
        perfect = {"params": {NAME: units}, "distributions": {NAME: IntDistribution(20, 60)}}
        perfect |= {"value": 0.0, "intermediate_values": {3: 0.0}, "user_attrs": {"run": "another"}}
        study().add_trial(create_trial(**perfect))
    with open(tmp_path / "search" / "here.journal", "a") as file:
        file.write('{"op_code":4,"worker_')
    frame = searched(UNITS, "model=naive_gan", trials=4)
    assert frame["state"].tolist() == ["whole", "whole", "whole", "cut short"]
    assert frame["batches"][3] == 3 and np.isnan(frame["value"][3])
    assert {folder.name for folder in (tmp_path / "runs").iterdir()} == {frame["run"][0]}
    assert len(study().trials) == 4


@pytest.mark.slow
def test_a_trial_that_fails_says_why_and_stops_no_other(searched):
    states = searched("{sample_len: {choices: [8, 4, 57]}}", "scale.batches=1", trials=5, startup=5).set_index("state")
    assert {*states.index} == {"whole", "failed"} and states.index[0] == states.index[-1] == "whole"
    assert states.loc[["failed"], "reason"].str.contains("S should be at most T = 56").all()
    assert (states.loc[["failed"], "sample_len"] == 57).all() and (states.loc[["whole"], "sample_len"] < 57).all()


def test_no_value_outside_the_space_reaches_a_run(searched, tmp_path):
    """Not the class of a module either, which Hydra would make."""
    (tmp_path / "search").mkdir()
    backend = JournalFileBackend(str(tmp_path / "search/here.journal"))
    other = optuna.create_study(study_name="here", storage=JournalStorage(backend))
    name, unwanted = "model.module._target_", CategoricalDistribution(["os.getcwd"])
    other.add_trial(create_trial(value=0.0, params={name: "os.getcwd"}, distributions={name: unwanted}))
    with pytest.raises(ValueError, match=r"the journal has a trial that is not of this space, .*os\.getcwd"):
        searched(UNITS, "model=naive_gan", trials=1)


def test_where_all_fail_the_command_fails(searched):
    with pytest.raises(ValueError, match="every trial has failed, the first because: DoppelGANger: sample_len"):
        searched("{sample_len: {choices: [57, 58]}}", trials=2)
