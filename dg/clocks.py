"""How times count, so that equal steps are equal numbers: as they are, in UTC, by the clock on the wall, in months."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_datetime64_any_dtype

Clock: TypeAlias = Literal["numbers", "utc", "wall", "months"]
DAY, SECOND = 86_400_000_000, 1_000_000  # microseconds


def clocks(times: pd.Series) -> list[Clock]:
    """The clocks by which such times may be equally spaced, the most usual one first.

    Daily times of a place with daylight saving are so by the clock on its wall, monthly ones in months.
    """
    if not is_datetime64_any_dtype(times.dtype):
        return ["numbers"]
    found: list[Clock] = ["utc"] if times.dt.tz is None else ["utc", "wall"]
    wall = _wall(times)
    if len(wall) and not (counted(wall, "utc") % DAY).any() and (wall.dt.day == 1).all():
        found.append("months")
    return found


def counted(times: pd.Series, clock: Clock) -> NDArray[np.float64]:
    """Numbers as they are; dates as microseconds since 1970, in UTC or on the wall, or as months since 1970."""
    if clock == "numbers":
        return times.to_numpy(np.float64, na_value=np.nan)
    wall = _wall(times)
    if clock == "months":
        return ((wall.dt.year - 1970) * 12 + wall.dt.month - 1).to_numpy(np.float64)
    if clock == "utc" and times.dt.tz is not None:
        wall = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return wall.astype("datetime64[us]").astype(np.int64).to_numpy(np.float64)


def dated(numbers: NDArray[np.float64], clock: Clock, zone: str = "") -> pd.Series:
    """The dates that `counted` made numbers of. An hour that the wall skips is the next one; of two it is the first."""
    if clock == "months":
        months = pd.Series(np.rint(numbers).astype(np.int64))
        moments = pd.Series(months.to_numpy().astype("datetime64[M]").astype("datetime64[us]"))
    else:
        moments = pd.to_datetime(pd.Series(np.rint(numbers).astype(np.int64)), unit="us").astype("datetime64[us]")
    if not zone:
        return moments
    if clock == "utc":
        return moments.dt.tz_localize("UTC").dt.tz_convert(zone)
    twice = np.ones(len(moments), dtype=bool)
    return moments.dt.tz_localize(zone, ambiguous=twice, nonexistent="shift_forward")


def _wall(times: pd.Series) -> pd.Series:
    return times if times.dt.tz is None else times.dt.tz_localize(None)
