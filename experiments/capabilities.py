"""Who cannot take part in an artifact, and why: what models say that they lack (§5.1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hydra.utils import get_class
from omegaconf import OmegaConf

from experiments.published import TABLE4
from experiments.runs import Run

MODELS = Path(__file__).resolve().parents[1] / "conf" / "model"


def unable(runs: Sequence[Run], needs: Sequence[str]) -> dict[str, str]:
    """The models that lack one of `needs` ("metadata", "lengths"), each with the reason, so that a table can say it.

    They are those of `runs`, and those of the paper's eight that have no run among them.
    """
    lacks = {model: declared(model) for model in TABLE4} | {run.model: run.lacks for run in runs}
    return {model: lacked[need] for need in needs for model, lacked in lacks.items() if need in lacked}


def declared(model: str) -> Mapping[str, str]:
    """What the class named in conf/model/<model>.yaml lacks by default; nothing is built or trained for it."""
    return get_class(OmegaConf.load(MODELS / f"{model}.yaml").module._target_).lacks
