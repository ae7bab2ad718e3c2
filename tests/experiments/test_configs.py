"""A config begins with its command, its cost and its expected result; what is known of a model stands in its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from experiments.ink import models
from experiments.ink.models import colour_of, kind_of, label_of, select
from experiments.paper.grid import grid
from experiments.runs.run import identity
from tests import slowly

CONF = Path(__file__).resolve().parents[2] / "conf"
DATASETS = {file.stem for file in CONF.glob("dataset/*.yaml")}
RELEVANT = ("shown", "compared_on", "budgets", "keep_best")  # what is read of a model's config without Hydra
HEADED = sorted([*CONF.glob("model/*.yaml"), *CONF.glob("experiment/*.yaml")])


@pytest.mark.parametrize("file", HEADED, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_config_begins_with_its_command_its_cost_and_its_expected_result(file):
    lines = [line for line in file.read_text().splitlines() if not line.startswith("# @package")]
    header = lines[: next(number for number, line in enumerate(lines) if not line.startswith("#"))]
    command = f"make train-{file.stem}" if file.parent.name == "model" else f"make reproduce-{file.stem}"
    assert len(header[0]) > 10 and header[1].startswith(f"#   {command}")
    assert any(line.startswith("# Cost: ") for line in header)
    assert any(line.startswith("# Expected: ") for line in header)


def test_every_model_says_how_it_is_shown():
    known = models.models()
    assert set(known) == {file.stem for file in CONF.glob("model/*.yaml")}
    for name, model in known.items():
        assert model.name == name and model.shown.kind in models.KINDS
        assert model.shown.colour is None or re.fullmatch(r"#[0-9A-F]{6}", model.shown.colour)
        assert set(model.compared_on) <= DATASETS
        assert set(model.get("budgets", {})) <= {file.stem for file in CONF.glob("scale/*.yaml")}
    labels = [model.shown.label for model in known.values()]
    assert len(set(labels)) == len(labels)
    orders = [model.shown.order for model in known.values()]
    assert orders == sorted(orders) and len(set(orders)) == len(orders)


@pytest.mark.slow
def test_what_is_read_is_what_hydra_composes():
    with initialize_config_dir(str(CONF), version_base="1.3"):
        for name, model in models.models().items():
            composed = compose("train", [f"model={name}", "dataset=wwt"]).model
            assert {key: composed[key] for key in RELEVANT if key in composed} == {
                key: model[key] for key in RELEVANT if key in model
            }


def test_a_name_without_a_config_stands_for_itself():
    assert label_of("of_somebody_else") == "of_somebody_else" and colour_of("of_somebody_else") is None
    assert label_of("rcgan_kept") == "RCGAN, lowest MMD"
    assert label_of("real") == "Real (A against A′)" and kind_of("real") == "control"


def test_a_line_up_is_a_rule_over_models():
    assert set(select("wwt")) - set(select("wwt", "-control")) == {*models.floors(), "bootstrap"}
    assert set(select("wwt", "gcut")) == set(select("wwt")) & set(select("gcut"))
    assert "doppelganger_500" not in select("wwt", "-doppelganger_500")
    with pytest.raises(ValueError, match="no model is compared on nowhere; compared_on in conf/model"):
        select("nowhere")


@pytest.mark.parametrize("name", slowly.but(("best",), sorted(file.stem for file in CONF.glob("lineup/*.yaml"))))
def test_every_line_up_stands_side_by_side_with_every_seed(name):
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cells = grid("table3", [f"lineup={name}", "scale=small"])
    chosen = {cell.model.name for cell in cells}
    variants = {OmegaConf.to_yaml(cell.model, resolve=True) for cell in cells}
    runs = {identity(cell) for cell in cells}  # a control has one, whatever S others are swept over
    assert chosen <= set(models.models()) and len(runs) == 3 * len(variants) > 0
    assert any(models.kind_of(model) != "control" for model in chosen)


def test_budgets_are_a_models_own_where_it_has_some():
    with initialize_config_dir(str(CONF), version_base="1.3"):
        batches = {
            tuple(chosen): compose("train", [*chosen, "scale=evening"]).batches
            for chosen in (
                ["model=rnn"],
                ["model=doppelganger"],
                ["model=rcgan_glorot"],
                ["model=rnn", "+scale.budgets.rnn=7"],
                ["model=rnn", "batches=8"],
            )
        }
    assert list(batches.values()) == [1000, 16000, 1000, 7, 8]
