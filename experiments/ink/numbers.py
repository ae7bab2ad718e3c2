"""How a number is printed, alone or over seeds."""

from __future__ import annotations

import math

import pandas as pd

UNDEFINED = "undefined"
HUGE = 1e9  # from here on the exponent says more than the digits


def printed(value: float, form: str | None = None, *, undefined: str = UNDEFINED) -> str:
    """One number; without a `form`, three decimals under 100, none above. `undefined` replaces what is not finite."""
    if not math.isfinite(value):
        return undefined
    return format(value, ".1e" if abs(value) >= HUGE else form or (".3f" if abs(value) < 100 else ",.0f"))


def percent(share: float) -> str:
    """A share in a sentence, without zeros at the end; three digits of one below 1 %."""
    return f"{100 * share:.3g} %" if share < 0.01 else f"{f'{100 * share:.1f}'.removesuffix('.0')} %"


def reach(values: pd.Series, form: str | None = None, *, undefined: str = UNDEFINED) -> str:
    """From the smallest to the largest."""
    return f"{printed(values.min(), form, undefined=undefined)} to {printed(values.max(), form, undefined=undefined)}"


def spread(values: pd.Series, form: str | None = None, *, undefined: str = UNDEFINED) -> str:
    """The median and the reach; `undefined` where all values are NaN."""
    if values.isna().all():
        return undefined
    return f"{printed(values.median(), form, undefined=undefined)} ({reach(values, form, undefined=undefined)})"
