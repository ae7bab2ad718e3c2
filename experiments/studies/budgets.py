"""Was a model trained for long enough? Its curve on the validation split says."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.ink.models import is_control
from experiments.runs.run import Run

LAST = "last quarter"  # the column of frames that `untrained` reads
FALLING = 0.9
RULE = (
    "not trained: with every seed its error on the validation split is still more than a tenth lower in the last "
    "quarter of the budget than in the quarter before; it takes part in no ranking"
)


def last_quarter(run: Run) -> float:
    """The mean validation error in the last quarter of a run, over that of the quarter before; NaN where unknown.

    The error is the first metric of the dataset's config. Controls are not asked.
    """
    name = f"validation/{run.config.dataset.metrics[0]}"
    if is_control(run.model) or not run.logged or name not in run.curves:
        return np.nan
    share, error = run.curves["step"] / run.curves["step"].max(), run.curves[name]
    return float(error[share > 3 / 4].mean() / error[share.between(1 / 2, 3 / 4, inclusive="right")].mean())


def untrained(frame: pd.DataFrame) -> list[str]:
    """The models of a frame whose error still falls with every seed; none where it does not say (LAST)."""
    if LAST not in frame:
        return []
    highest = frame.groupby("model", sort=False)[LAST].max()
    return [str(model) for model in highest.index[highest < FALLING]]
