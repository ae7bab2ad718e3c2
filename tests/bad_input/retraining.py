"""Distributions of metadata that no retraining can reach."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from baselines.bootstrap import Bootstrap
from dg import Categorical, Continuous, DoppelGANger, Encoder, Generator, Schema, TimeSeriesDataset, retrain

ROWS = pd.DataFrame({"area": ["city", "land"], "size": [1.0, 2.0]})


@cache
def model(kind: Callable[..., Any] = DoppelGANger, *, metadata: bool = True) -> Generator:
    """Untrained: two areas, sizes from 1 to 2."""
    schema = Schema("cells", (Categorical("area", ("city", "land")), Continuous("size")), (Continuous("load"),), 2)
    data = TimeSeriesDataset(schema, ROWS, np.ones((2, 2, 1), np.float32), np.array([2, 2]))
    data = data if metadata else data.without_metadata()
    encoder = Encoder.fit(data, auto_normalize=False)
    return Generator(encoder, kind(encoder.layout).eval())


def to(target: Any, *made: Any, **options: Any) -> Callable[[Path], object]:
    """Retrains to `target`, a name of a file in the folder where it is text."""

    def wrong(folder: Path) -> object:
        return retrain(model(*made), folder / target if isinstance(target, str) else target, batches=1, **options)

    return wrong


def out_there(folder: Path) -> object:
    """A folder that is there."""
    from experiments.retrain import change

    return change("model", str(folder), weights={"area": {"city": 1}}, batches=1, seed=0)


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "an empty table": (to(ROWS.iloc[:0]), "the table has no rows"),
    "a field is missing": (to(ROWS[["size"]]), r"the table has no column 'area'; it has \['size'\]"),
    "a value is missing": (
        to(ROWS.assign(area=["city", None])),
        "column 'area' has 1 missing values, the first in row 2; fill them, or leave these rows out",
    ),
    "a number is missing": (to(ROWS.assign(size=[np.nan, 1])), "'size' has 1 missing values, the first in row 1"),
    "an unknown value": (
        to(ROWS.assign(area=["city", "sea"])),
        r"column 'area' of row 2 is 'sea', which is not one of \['city', 'land'\]",
    ),
    "text for a number": (to(ROWS.assign(size=["1 m", "2 m"])), "column 'size' is (str|object), and should be numbers"),
    "a number beyond training": (
        to(ROWS.assign(size=[1.5, 9.0])),
        "'size' of row 2 is 9, and the model was trained on 1 to 2: clip it, or leave the row out",
    ),
    "no such file": (to("wanted.csv"), r"wanted\.csv: no such file"),
    "no share": (to({}), "no share is given"),
    "an unknown field": (to({"aera": {"city": 1}}), r"no metadata field 'aera'; there are \['area', 'size'\]"),
    "an unknown value of shares": (to({"area": {"sea": 1}}), r"'area' is never 'sea'; it is one of"),
    "shares of a number": (to({"size": {"1": 1}}), "'size' is a number, and values of it have no shares: give a table"),
    "shares of nothing": (to({"area": {}}), "'area' needs the share of at least one value"),
    "one share instead of a value's": (to({"area": 0.5}), "'area' needs the share of at least one value, got 0.5"),
    "a negative share": (to({"area": {"city": -1}}), "the share of 'area' 'city' is -1; name a number from 0 on"),
    "a share that is no number": (
        to({"area": {"city": "half"}}),
        "the share of 'area' 'city' is 'half'; name a number",
    ),
    "all shares are 0": (to({"area": {"city": 0}}), "all shares of 'area' are 0; give one value a share"),
    "no batches": (lambda _: retrain(model(), ROWS, batches=0), "retrain: batches: .*greater than or equal to 1"),
    "another model": (
        to(ROWS, Bootstrap),
        "Bootstrap has no metadata generator of its own; DoppelGANger's is isolated from the measurements",
    ),
    "no metadata": (
        lambda _: retrain(model(metadata=False), ROWS, batches=1),
        "the model has no metadata, so that there is nothing to retrain",
    ),
    "a folder that is there": (out_there, "is there already; name another, or remove it"),
}
