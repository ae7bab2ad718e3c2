"""Which models cannot take part in an artifact, and why: what their classes say they lack (§5.1.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from hydra.utils import get_class

from dg.module import GenerativeModule
from experiments.ink.models import label_of, models
from experiments.paper.published import TABLE4
from experiments.runs.run import Run


def unable(runs: Sequence[Run], needs: Sequence[str]) -> dict[str, str]:
    """The models that lack one of `needs` ("metadata", "lengths"), each with the reason, so that a table can say it.

    Models of `runs` are considered, and those of the paper's eight that have no run among them.
    """
    lacks = {model: declared(model).lacks for model in TABLE4} | {run.model: run.lacks for run in runs}
    return {model: lacked[need] for need in needs for model, lacked in lacks.items() if need in lacked}


def copying(runs: Sequence[Run], what: str) -> dict[str, str]:
    """The paper's models without a run that draw `what` from the training samples, each with the reason."""
    copied = {model: declared(model).copies for model in TABLE4 if model not in {run.model for run in runs}}
    return {model: reasons[what] for model, reasons in copied.items() if what in reasons}


def declared(model: str) -> type[GenerativeModule]:
    """The class that conf/model/<model>.yaml names, which says what it lacks and copies; nothing is built for it."""
    return get_class(models()[model].module._target_)


def with_left_out(frame: pd.DataFrame, reasons: Mapping[str, str]) -> pd.DataFrame:
    """The frame, and a row for each model that is left out, with the reason in `left out`; integers stay integers."""
    out = pd.DataFrame({"model": list(reasons), "left out": list(reasons.values())}, dtype=object)
    whole = frame.astype(dict.fromkeys(frame.select_dtypes("integer").columns, "Int64"))
    return pd.concat([whole, out], ignore_index=True) if reasons else frame


def left_out(frame: pd.DataFrame) -> list[str]:
    """The models that are left out, and why: lines to print under a table."""
    if "left out" not in frame:
        return []
    reasons = frame[frame["left out"].notna()][["model", "left out"]].drop_duplicates()
    return [f"- Left out: {label_of(model)}, {reason}." for model, reason in reasons.itertuples(index=False)]
