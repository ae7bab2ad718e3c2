"""Which constraints of a schema go together: those that decoding can always repair, in one pass."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from dg.fields import Categorical, Continuous, Field, twice
from dg.files import short

Part = Literal["metadata", "measurements"]


def refuse_contradictions(fields: Sequence[Field], part: Part, others: Collection[str], where: str) -> None:
    """Raises ValueError, which begins with `where`, unless the constraints of a part of the schema are consistent.

    Decoding puts values within their bounds, rounds them, makes counters increase, lowers fields to what they are at
    most, that of the end of a chain first (`downwards`), and then sums. No step may undo an earlier one, hence the
    rules:

    - only measurements increase, since metadata have one value a sample
    - `at_most` and `sum_of` name other numeric fields of the same part, `sum_of` each once
    - what `at_most` names may have `at_most` itself, p50 ≤ p90 ≤ p99, but no such chain is a circle
    - what `at_most` or `sum_of` names has no `sum_of`
    - a sum has no bounds, `increasing` or `at_most` of its own: its parts may have them
    - a field with `at_most` that has `low`, is whole or increases asks the same of what it names: a `low` that is as
      high, whole numbers, increasing
    - a sum of whole numbers has whole parts

    others: the names of the other part's fields
    """
    known = {field.name: field for field in fields}

    def named(field: Continuous, option: str, target: str) -> Continuous:
        told = f"{where}: {option} of {field.name!r} names"
        if target == field.name:
            raise ValueError(f"{told} the field itself; name another")
        if target in others:
            raise ValueError(
                f"{told} {target!r}, which does not belong to the {part}; constraints are between fields of one part"
            )
        if target not in known:
            raise ValueError(f"{told} {short(target)}, which is no field; the {part} are {short(list(known))}")
        found = known[target]
        if isinstance(found, Categorical):
            raise ValueError(f"{told} {target!r}, which is categorical; name a numeric field")
        return found

    for field in fields:
        if not isinstance(field, Continuous):
            continue
        if field.increasing and part == "metadata":
            raise ValueError(
                f"{where}: {field.name!r} is metadata, which have one value a sample, and cannot be increasing; leave "
                "it out, or make the field a measurement"
            )
        if field.at_most:
            _check_at_most(field, named(field, "at_most", field.at_most), where)
        if field.sum_of:
            _check_sum(field, [named(field, "sum_of", target) for target in field.sum_of], where)
    try:
        downwards(fields)
    except CycleError as error:
        circle = short(error.args[1][::-1])
        raise ValueError(
            f"{where}: each of {circle} is at most the next: leave one at_most of the circle out"
        ) from None


def downwards(fields: Sequence[Field]) -> list[Continuous]:
    """The fields that are at most another one, each after the one that it names; raises CycleError for a circle."""
    below = {field.name: field for field in fields if isinstance(field, Continuous) and field.at_most}
    order = TopologicalSorter({name: (field.at_most,) for name, field in below.items()}).static_order()
    return [below[name] for name in order if name in below]


def _check_at_most(field: Continuous, most: Continuous, where: str) -> None:
    told = f"{where}: {field.name!r} is at most {most.name!r}, which"
    if most.sum_of:
        raise ValueError(f"{told} is a sum, and summed last: leave one of them out")
    if field.low is not None and (most.low is None or most.low < field.low):
        raise ValueError(
            f"{told} may be less than {field.low}, the low of {field.name!r}: give {most.name!r} a low of at least "
            f"{field.low}, or leave out that of {field.name!r}"
        )
    if field.integer and not most.integer:
        raise ValueError(
            f"{told} is not integer, and {field.name!r} is: make both integer, or leave integer out of {field.name!r}"
        )
    if field.increasing and not most.increasing:
        raise ValueError(
            f"{told} is not increasing, and {field.name!r} is: make both increasing, or leave increasing out of "
            f"{field.name!r}"
        )


def _check_sum(field: Continuous, parts: Sequence[Continuous], where: str) -> None:
    told = f"{where}: {field.name!r} is a sum"
    own = {
        "low": field.low is not None,
        "high": field.high is not None,
        "increasing": field.increasing,
        "at_most": bool(field.at_most),
    }
    for option in (option for option, stated in own.items() if stated):
        raise ValueError(f"{told}, and has {option} of its own; leave it out, or give it to the parts")
    if len(set(field.sum_of)) != len(field.sum_of):
        raise ValueError(f"{told} that names a part twice: {twice(field.sum_of)}")
    for part in parts:
        if part.sum_of:
            raise ValueError(f"{told} of {part.name!r}, which is a sum itself; name the parts of {part.name!r} instead")
        if field.integer and not part.integer:
            raise ValueError(
                f"{told} and integer, and its part {part.name!r} is not: make the part integer, or leave integer out "
                f"of {field.name!r}"
            )
