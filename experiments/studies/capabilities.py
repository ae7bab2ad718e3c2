"""Who cannot take part in an artifact, and why: what models say that they lack (§5.1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from hydra.utils import get_class
from omegaconf import OmegaConf

from experiments.ink.models import label_of
from experiments.paper.published import TABLE4
from experiments.runs.run import Run

MODELS = Path(__file__).resolve().parents[2] / "conf" / "model"


def unable(runs: Sequence[Run], needs: Sequence[str]) -> dict[str, str]:
    """The models that lack one of `needs` ("metadata", "lengths"), each with the reason, so that a table can say it.

    They are those of `runs`, and those of the paper's eight that have no run among them.
    """
    lacks = {model: declared(model) for model in TABLE4} | {run.model: run.lacks for run in runs}
    return {model: lacked[need] for need in needs for model, lacked in lacks.items() if need in lacked}


def declared(model: str) -> Mapping[str, str]:
    """What the class named in conf/model/<model>.yaml lacks by default; nothing is built or trained for it."""
    return get_class(OmegaConf.load(MODELS / f"{model}.yaml").module._target_).lacks


def with_left_out(frame: pd.DataFrame, reasons: Mapping[str, str]) -> pd.DataFrame:
    """The frame, and a row for each model that is left out, with the reason in `left out`; numbers stay whole."""
    out = pd.DataFrame({"model": list(reasons), "left out": list(reasons.values())}, dtype=object)
    whole = frame.astype(dict.fromkeys(frame.select_dtypes("integer").columns, "Int64"))
    return pd.concat([whole, out], ignore_index=True) if reasons else frame


def left_out(frame: pd.DataFrame) -> list[str]:
    """What those rows say, for the lines under a table."""
    if "left out" not in frame:
        return []
    reasons = frame[frame["left out"].notna()][["model", "left out"]].drop_duplicates()
    return [f"- Left out: {label_of(model)}, {reason}." for model, reason in reasons.itertuples(index=False)]
