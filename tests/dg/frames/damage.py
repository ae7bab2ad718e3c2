"""Tables that miss something."""

from __future__ import annotations

import numpy as np
import pandas as pd


def holes(frame: pd.DataFrame, *columns: str, share: float = 0.1) -> pd.DataFrame:
    """The same without some values and without some rows."""
    rng, frame = np.random.default_rng(2), frame.copy()
    for column in columns:
        frame[column] = frame[column].mask(rng.random(len(frame)) < share)
    return frame
