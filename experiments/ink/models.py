"""What is known of each model, read from its config: what tables and figures call it, its colour, kind and order."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from omegaconf import DictConfig, OmegaConf

MODELS = Path(__file__).resolve().parents[2] / "conf" / "model"
KINDS = ("doppelganger", "deep", "classical", "control")
REAL, REAL_LABEL, REAL_COLOUR = "real", "Real (A against A′)", "#000000"
BEST = "_best"  # the generator that was kept along the way (`keep_best`), beside the last one


@cache
def models() -> dict[str, DictConfig]:
    """Every conf/model/*.yaml by name, in the order in which they are shown; presets have what they do not override."""
    read = {file.stem: _config(file.stem) for file in MODELS.glob("*.yaml")}
    return dict(sorted(read.items(), key=lambda item: (item[1].shown.order, item[0])))


def select(*rules: str) -> list[str]:
    """The models of a line-up, in order: compared on each of the named datasets, less those after a minus sign.

    A minus sign stands before a kind or a model: select("wwt", "-control") is all that learn something on WWT.
    Raises ValueError where no model is left, so that a misspelt rule does not sweep over nothing.
    """
    datasets = {rule for rule in rules if not rule.startswith("-")}
    excluded = {rule[1:] for rule in rules if rule.startswith("-")}
    chosen = [
        name
        for name, model in models().items()
        if datasets <= set(model.compared_on) and not {name, model.shown.kind} & excluded
    ]
    if not chosen:
        raise ValueError(
            f"no model is compared on {', '.join(datasets)}; compared_on in conf/model/*.yaml says which is"
        )
    return chosen


def label_of(model: object) -> str:
    """What a table or figure calls a model: its name where no config has it."""
    name = str(model)
    if name == REAL:
        return REAL_LABEL
    kept = name.removesuffix(BEST)
    if kept != name and kept in models():
        return f"{label_of(kept)}, lowest {models()[kept].keep_best.upper()}"
    return models()[name].shown.label if name in models() else name


def colour_of(model: object) -> str | None:
    """Its colour, of Okabe and Ito's palette, then Tol's, which readers with colour-blindness can tell apart."""
    name = str(model)
    if name == REAL:
        return REAL_COLOUR
    return models()[name].shown.colour if name in models() else None


def kind_of(model: object) -> str:
    """One of KINDS; "deep" where no config has it."""
    name = str(model).removesuffix(BEST)
    if name == REAL:
        return "control"
    return models()[name].shown.kind if name in models() else "deep"


def is_control(model: object) -> bool:
    """Whether it tells how good a number can be, or must be, instead of competing."""
    return kind_of(model) == "control"


def _config(name: str) -> DictConfig:
    """The file over those that its `defaults` name, as Hydra composes it; interpolations stay as they are."""
    own = OmegaConf.load(MODELS / f"{name}.yaml")
    assert isinstance(own, DictConfig)
    parents = [parent for parent in own.pop("defaults", []) if parent != "_self_"]
    merged = OmegaConf.merge(*map(_config, parents), own)
    assert isinstance(merged, DictConfig)
    return merged
