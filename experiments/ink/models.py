"""What the config of each model says about it: its name in tables and figures, its colour, kind and order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

CONF = Path(__file__).resolve().parents[2] / "conf"
MODELS, SEARCHES = CONF / "model", CONF / "search"
LINES = ("solid", "dashed", "dotted", "dashdot")
KINDS = ("doppelganger", "deep", "classical", "control")
PEER, PEER_LABEL = "peer", "An outside DoppelGANger (gretel-synthetics 0.22.20)"
REAL, REAL_LABEL, REAL_COLOUR = "real", "Real (A against A′)", "#000000"
OTHERS = {REAL: REAL_LABEL, PEER: PEER_LABEL}  # rows of no config
OWN = {"held_out": REAL, PEER: "doppelganger"}  # whose colour they have
KEPT = "_kept"  # suffix of the best generator kept during training (`keep_best`), shown beside the last one


@cache
def models() -> dict[str, DictConfig]:
    """Every conf/model/*.yaml by name, in the order of display; presets inherit what they do not override."""
    read = {file.stem: _config(file.stem) for file in MODELS.glob("*.yaml")}
    return dict(sorted(read.items(), key=lambda item: (item[1].shown.order, item[0])))


def select(*rules: str) -> list[str]:
    """The models of a line-up, in order: those compared on each of the named datasets, less those after a minus sign.

    A minus sign excludes a kind or a model: select("wwt", "-control") gives all that learn something on WWT. The rule
    "best" adds the presets that are models at their best there (`best_on`), beside those as their papers say.
    Raises ValueError where no model is left, so that a misspelt rule does not sweep over nothing.
    """
    datasets = {rule for rule in rules if not rule.startswith("-")} - {"best"}
    excluded = {rule[1:] for rule in rules if rule.startswith("-")}
    chosen = [
        name
        for name, model in models().items()
        if datasets <= {*model.compared_on, *(model.get("best_on", []) if "best" in rules else [])}
        and not {name, model.shown.kind} & excluded
    ]
    if not chosen:
        raise ValueError(
            f"no model is compared on {', '.join(datasets)}; compared_on in conf/model/*.yaml says which is"
        )
    return chosen


def searched(dataset: str) -> list[str]:
    """The models that are compared on a dataset and have trials to search, conf/search/*.yaml."""
    return [name for name in select(dataset, "-control") if (SEARCHES / f"{name}.yaml").exists()]


def label_of(model: object) -> str:
    """What a table or figure calls a model; its name where no config has it."""
    name = str(model)
    if name in OTHERS:
        return OTHERS[name]
    kept = name.removesuffix(KEPT)
    if kept != name and kept in models():
        words = models()[kept].keep_best.split("_")  # "autocorrelation_mse": autocorrelation MSE
        return f"{label_of(kept)}, lowest {' '.join(word.upper() if len(word) == 3 else word for word in words)}"
    return models()[name].shown.label if name in models() else name


def colour_of(model: object) -> str | None:
    """The model's colour, near to Okabe and Ito's, but dark enough on white; None of what is no model.

    Readers who see no red or no green can tell every two apart (Machado et al. 2009). A preset has the colour of its
    model and a line of its own; controls are grey, real data black.
    """
    name = _own(str(model))
    if name == REAL:
        return REAL_COLOUR
    return models()[name].shown.colour if name in models() else None


def line_of(model: object) -> str:
    """The style of the model's line, by matplotlib's name, by which presets of one model differ."""
    name = str(model)
    if name in models():
        return str(models()[name].shown.get("line", LINES[0]))
    return LINES[0] if _own(name) in (name, REAL) else LINES[-1]


def kind_of(model: object) -> str:
    """The model's kind, one of KINDS; "deep" where no config has it."""
    name = _own(str(model))
    if name == REAL:
        return "control"
    return models()[name].shown.kind if name in models() else "deep"


def is_control(model: object) -> bool:
    """Whether the model only shows how good a number can be, or must be, and does not compete."""
    return kind_of(model) == "control"


def floors() -> dict[str, str]:
    """The controls that a model must be better than to be worth its training, each with what it is, in words."""
    return {name: model.shown.floor for name, model in models().items() if "floor" in model.shown}


def competitors(names: Iterable[object]) -> list[str]:
    """Those of the models that compete with DoppelGANger: no presets of it and no controls."""
    return [str(name) for name in names if kind_of(name) in ("deep", "classical")]


def _own(name: str) -> str:
    """The model of which `name` is a row without a config: kept on the way, an outside one, or a preset of old runs."""
    known = name in models() or (name in OTHERS and name not in OWN)
    presets = [] if known else [model for model in models() if name.startswith(f"{model}_")]
    return OWN.get(name, max(presets, key=len, default=name))


def _config(name: str) -> DictConfig:
    """The file merged over those that its `defaults` name, as Hydra composes it; interpolations stay as they are."""
    own = OmegaConf.load(MODELS / f"{name}.yaml")
    assert isinstance(own, DictConfig)
    parents = [parent for parent in own.pop("defaults", []) if parent != "_self_"]
    merged = OmegaConf.merge(*map(_config, parents), own)
    assert isinstance(merged, DictConfig)
    return merged
