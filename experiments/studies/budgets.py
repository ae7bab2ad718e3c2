"""Was a model trained for long enough? Its curve on the validation split says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.runs.run import Run

LAST = "last quarter"  # the column of frames that `untrained` reads
FALLING = 0.9
RULE = (
    "not trained: with every seed its error on the validation split is still more than a tenth lower in the last "
    "quarter of the budget than in the quarter before; it takes part in no ranking"
)


def last_quarter(run: Run) -> float:
    """The mean validation error in the last quarter of a run, over that of the quarter before; NaN where unknown.

    The error is the first metric of the dataset's config.
    """
    name = f"validation/{run.config.dataset.metrics[0]}"
    curve = run.curves[["step", name]].dropna() if run.logged and name in run.curves else pd.DataFrame({"step": []})
    share = curve["step"] / run.curves["step"].max() if len(curve) else curve["step"]
    last, before = share > 3 / 4, share.between(1 / 2, 3 / 4, inclusive="right")
    if not last.any() or not before.any():
        return np.nan
    return float(curve.loc[last, name].mean() / curve.loc[before, name].mean())


def untrained(frame: pd.DataFrame) -> list[str]:
    """The models of a frame whose error still falls with every seed; none where it does not say (LAST)."""
    if LAST not in frame:
        return []
    highest = frame.groupby("model", sort=False)[LAST].max()
    return [str(model) for model in highest.index[highest < FALLING]]
