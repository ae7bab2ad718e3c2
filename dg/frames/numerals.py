"""Numbers that a table has as text, with a decimal comma or beside words such as N/A: no categories, and refused."""

from __future__ import annotations

import pandas as pd

from dg.fields import MISSING
from dg.files import short

MANY = 20  # different numbers: more than the codes of a few categories
WHOLE = r"[-+]?\d+"
PLAIN = r"[-+]?(0|[1-9]\d*)?(\.\d+)?([eE][-+]?\d+)?"
WRITTEN = r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)? ?%?|[-+]?\d{1,3}([ ',.]\d{3})+([.,]\d+)?"


def refuse_numerals(values: pd.Series, where: str) -> None:
    """Raises ValueError where most different texts of a column are numbers, unless all are whole: those may be codes.

    values: texts; the index numbers their rows, from 1
    """
    told = values.astype(str).drop_duplicates()
    told = told[told != MISSING]
    numbers = told.str.fullmatch(WRITTEN)
    if numbers.sum() <= MANY or 2 * numbers.sum() <= len(told) or told.str.fullmatch(WHOLE).all():
        return
    strange = ~told.str.fullmatch(PLAIN) if numbers.all() else ~numbers
    odd = told[strange] if strange.any() else told
    remedy = (
        "write its numbers with a point and nothing else"
        if numbers.all()
        else "leave out what is no number, and missing= says what becomes of it"
    )
    raise ValueError(
        f"{where}: column {values.name!r} is text, though most of its values are numbers: row {odd.index[0]:,} has "
        f"{short(odd.iloc[0])}; {remedy}, or name the column by categorical="
    )
