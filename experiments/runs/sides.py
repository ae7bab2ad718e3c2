"""The tables of a test of membership (§6.2): members, non-members, reference and generated samples, of one schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks.attacks.candidates import distinct, refuse_overlap
from benchmarks.attacks.guessing import FEWEST
from dg import own_table
from dg.dataset import TimeSeriesDataset
from dg.files import short
from dg.frames import first_rows, read_like
from dg.frames.missing import Missing
from dg.frames.opening import opened
from dg.schema import Schema

MEMBERS, NONMEMBERS, REFERENCE = "members", "non-members", "reference samples"


class Sides(NamedTuple):
    """Real samples by what they are, and those of a table that somebody generated, if there is one."""

    members: TimeSeriesDataset
    nonmembers: TimeSeriesDataset
    reference: TimeSeriesDataset | None
    synthetic: TimeSeriesDataset | None


def read_sides(
    members: str,
    nonmembers: str,
    reference: str | None,
    synthetic: str | None,
    *,
    schema: Schema | str | None,
    missing: Missing = "refuse",
    **reading: Any,
) -> Sides:
    """Reads all tables as the first one; of equal non-members, which could stand on both sides of a half, one is kept.

    schema, missing, reading: how to read it, as `own_table.read` is told
    Raises ValueError for tables that differ, real ones that have samples in common, and too few samples.
    """
    files = {MEMBERS: members, NONMEMBERS: nonmembers, **({REFERENCE: reference} if reference else {})}
    first = own_table.read(members, schema=schema, missing=missing, **reading)

    def alike(file: str) -> TimeSeriesDataset:
        return read_like(file, first.schema, missing=missing)

    real = {name: first if name == MEMBERS else alike(file) for name, file in files.items()}
    made = None
    if synthetic is not None:
        _refuse_others(synthetic, members, first.schema)
        made = alike(synthetic)

    def place(name: str, number: int) -> str:
        rows = first_rows(files[name], first.schema, missing=missing)
        return f"in row {rows[number]:,} of {files[name]}"

    refuse_overlap(real, place)
    real[NONMEMBERS] = distinct(real[NONMEMBERS])
    _refuse_few(real, files)
    if made is not None and len(made) < FEWEST:
        raise ValueError(f"{synthetic}: {len(made)} generated samples are too few, it takes {FEWEST}")
    return Sides(first, real[NONMEMBERS], real.get(REFERENCE), made)


def _refuse_others(synthetic: str, members: str, schema: Schema) -> None:
    """Raises ValueError where generated samples have a column that the members lack."""
    known = {name for name, _ in schema.table.columns} if schema.table else set[str]()
    others = [str(column) for column in opened(synthetic).frame if str(column) not in known]
    lacking = sorted(set(others) - set(map(str, opened(members).frame))) if others else []
    if lacking:
        raise ValueError(
            f"{synthetic} has the columns {short(lacking)}, which {members} lacks: leave them out, or name the table "
            "that its generator was trained on"
        )


def _refuse_few(real: Mapping[str, TimeSeriesDataset], files: Mapping[str, str]) -> None:
    for name, dataset in real.items():
        halved = name == NONMEMBERS and REFERENCE not in real
        fewest = 2 * FEWEST if halved else FEWEST
        if len(dataset) < fewest:
            why = ", half of them for a reference; or name one by reference=" if halved else ""
            raise ValueError(f"{files[name]}: {len(dataset)} {name} are too few, it takes {fewest}{why}")
