"""Schemas that contradict themselves, files that hold none, and tables that break what their schema states."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pandas as pd

from dg import Categorical, Continuous, Schema, read_like, read_long
from dg.fields import Field


def made(*measurements: Field, metadata: tuple[Field, ...] = ()) -> Callable[[Path], object]:
    """A schema of these fields and three more, whatever the folder."""
    others = (Continuous("used", integer=True), Continuous("load"), Categorical("event", ("idle", "run")))
    return lambda folder: Schema("cells", (*metadata, Continuous("size")), (*others, *measurements), 3)


def field(**options: Any) -> Callable[[Path], object]:
    """A field made without the tests' own check of types."""

    def wrong(folder: Path) -> object:
        with patch.object(Continuous, "__init__", unwrap(Continuous.__init__)):
            return made(Continuous("total", **options))(folder)

    return wrong


def written(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], object]:
    """Reads the file of a good schema after a change."""

    def wrong(folder: Path) -> object:
        fields = (Continuous("sent", low=0, increasing=True), Continuous("load"), Continuous("all", sum_of=("load",)))
        schema = Schema("cells", (Categorical("area", ("City", "Sea")),), fields, 3)
        change(content := json.loads(schema.to_json()))
        return text(json.dumps(content))(folder)

    return wrong


def text(content: str) -> Callable[[Path], object]:
    """Reads a file with this text as a schema."""

    def wrong(folder: Path) -> object:
        (folder / "schema.json").write_text(content, encoding="utf-8")
        return Schema.from_json((folder / "schema.json").read_bytes(), "schema.json")

    return wrong


def table(constraints: dict[str, dict[str, Any]], **columns: list[float]) -> Callable[[Path], object]:
    """Reads a good table, then one with other columns as a file by the schema with these constraints."""

    def wrong(folder: Path) -> object:
        rows = {"cell": [1, 1, 2, 2], "size": [5, 5, 9, 9], "sent": [0, 3, 0, 4], "lost": [0, 1, 0, 2]}
        content = json.loads(read_long(pd.DataFrame(rows | {"both": [0, 4, 0, 6]}), sample="cell").schema.to_json())
        for entry in (*content["metadata"], *content["measurements"]):
            entry.update(constraints.get(entry["name"], {}))
        pd.DataFrame(rows | {"both": [0, 4, 0, 6]} | columns).to_csv(folder / "cells.csv", index=False)
        return read_like(folder / "cells.csv", Schema.from_json(json.dumps(content)))

    return wrong


COUNTER = Continuous("sent", increasing=True)
LESS = Continuous("less", at_most="load")
SUM = Continuous("sum", sum_of=("used", "load"))

CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "at most an unknown field": (
        made(Continuous("total", at_most="sise")),
        r"schema 'cells': at_most of 'total' names 'sise', which is no field; the measurements are \['used', 'load'",
    ),
    "a sum of an unknown field": (
        made(Continuous("total", sum_of=("used", "lode"))),
        "sum_of of 'total' names 'lode', which is no field",
    ),
    "at most a category": (
        made(Continuous("total", at_most="event")),
        "names 'event', which is categorical; name a numeric",
    ),
    "a sum of categories": (made(Continuous("total", sum_of=("event",))), "sum_of .* names 'event', .* categorical"),
    "at most a field of the metadata": (
        made(Continuous("total", at_most="size")),
        "'size', which does not belong to the measurements; constraints are between fields of one part",
    ),
    "a sum in the metadata of measurements": (
        made(metadata=(Continuous("total", sum_of=("used",)),)),
        "sum_of of 'total' names 'used', which does not belong to the metadata",
    ),
    "at most itself": (made(Continuous("total", at_most="total")), "at_most of 'total' names the field itself"),
    "a sum of itself": (made(Continuous("total", sum_of=("total",))), "sum_of of 'total' names the field itself"),
    "a part of a sum twice": (
        made(Continuous("total", sum_of=("used", "used"))),
        r"'total' is a sum that names a part twice: \['used'\]",
    ),
    "a circle": (
        made(Continuous("a", at_most="b"), Continuous("b", at_most="a")),
        r"schema 'cells': each of \['a', 'b', 'a'\] is at most the next: leave one at_most of the circle out",
    ),
    "a circle of three in the metadata": (
        made(metadata=tuple(Continuous(low, at_most=high) for low, high in ("ab", "ca", "bc"))),
        r"each of \['a', 'b', 'c', 'a'\] is at most the next",
    ),
    "a chain with a low above its middle": (
        made(LESS, Continuous("total", at_most="less", low=2)),
        "'total' is at most 'less', which may be less than 2, the low of 'total'",
    ),
    "a chain that is not whole throughout": (
        made(LESS, Continuous("total", at_most="less", integer=True)),
        "'total' is at most 'less', which is not integer, and 'total' is: make both integer",
    ),
    "at most a sum": (
        made(SUM, Continuous("total", at_most="sum")),
        "at most 'sum', which is a sum, and summed last: leave one of them out",
    ),
    "a sum of sums": (
        made(SUM, Continuous("total", sum_of=("sum", "used"))),
        "'total' is a sum of 'sum', which is a sum itself; name the parts of 'sum' instead",
    ),
    "a counter in the metadata": (
        made(metadata=(COUNTER,)),
        "'sent' is metadata, which have one value a sample, and cannot be increasing",
    ),
    "a sum with a low": (
        made(Continuous("total", low=0, sum_of=("used",))),
        "'total' is a sum, and has low of its own; leave it out, or give it to the parts",
    ),
    "a sum with a high": (made(Continuous("total", high=9, sum_of=("used",))), "'total' is a sum, and has high of its"),
    "a sum that increases": (
        made(Continuous("total", increasing=True, sum_of=("used",))),
        "is a sum, and has increasing of its own",
    ),
    "a sum at most another field": (
        made(Continuous("total", at_most="load", sum_of=("used",))),
        "'total' is a sum, and has at_most of its own",
    ),
    "a whole number at most one that is not": (
        made(Continuous("total", at_most="load", integer=True)),
        "at most 'load', which is not integer, and 'total' is: make both integer, or leave integer out of 'total'",
    ),
    "a whole sum of parts that are not": (
        made(Continuous("total", sum_of=("used", "load"), integer=True)),
        "'total' is a sum and integer, and its part 'load' is not",
    ),
    "a low that cannot be kept": (
        made(Continuous("total", low=2, at_most="used")),
        "at most 'used', which may be less than 2, the low of 'total': give 'used' a low of at least 2",
    ),
    "a low above the other": (
        made(Continuous("most", low=1), Continuous("total", low=2, at_most="most")),
        "which may be less than 2, the low of 'total'",
    ),
    "a counter at most what falls": (
        made(Continuous("total", at_most="load", increasing=True)),
        "at most 'load', which is not increasing, and 'total' is: make both increasing",
    ),
    "bounds upside down": (field(low=2.0, high=1.0), "continuous field 'total' has low 2.0 >= high 1.0"),
    "a bound that is not whole": (field(low=0.5, integer=True), "integer field 'total' has low 0.5, which is not a"),
    "a bound that is no number": (field(high=float("nan")), "field 'total': high: Input should be a finite number"),
    "a bound that is text": (field(low="0"), "field 'total': low: Input should be a valid number, got '0'"),
    "at most a number": (field(at_most=5), "field 'total': at_most: Input should be a valid string, got 5"),
    "a sum of a text": (field(sum_of="used"), "field 'total': sum_of: Input should be a valid tuple, got 'used'"),
    "a sum of numbers": (field(sum_of=(1, 2)), "field 'total': sum_of: 0: Input should be a valid string, got 1"),
    "increasing by a number": (field(increasing=1), "field 'total': increasing: Input should be a valid boolean"),
    "a file cut short": (text('{"name": "cells", "meta'), "schema.json: it is not a schema that Schema.to_json wrote"),
    "an empty file": (text(""), "schema.json: it is not a schema that Schema.to_json wrote: Invalid JSON"),
    "a file of something else": (text('["cells"]'), "it is not a schema that Schema.to_json wrote: Input should be an"),
    "a file with a bound that is NaN": (
        text(
            '{"name": "cells", "metadata": [], "measurements": [{"type": "continuous", "name": "load", "low": NaN}], '
            '"max_length": 3, "period": ""}'
        ),
        "schema.json: .*measurements.0.continuous.low: Input should be a finite number",
    ),
    "a file with a bound that is text": (
        written(lambda content: content["measurements"][1].update(low="zero")),
        "schema.json: .*measurements.1.continuous.low: Input should be a valid number, got 'zero'",
    ),
    "a file with a constraint that is not known": (
        written(lambda content: content["measurements"][1].update(decreasing=True)),
        "measurements.1.continuous.decreasing: Extra inputs are not permitted, got True",
    ),
    "a file with increasing in words": (
        written(lambda content: content["measurements"][0].update(increasing="yes")),
        "measurements.0.continuous.increasing: Input should be a valid boolean, got 'yes'",
    ),
    "a file with a sum of one text": (
        written(lambda content: content["measurements"][2].update(sum_of="load")),
        "measurements.2.continuous.sum_of: Input should be a valid .*, got 'load'",
    ),
    "a file with at most nothing": (
        written(lambda content: content["measurements"][1].update(at_most=None)),
        "measurements.1.continuous.at_most: Input should be a valid string, got None",
    ),
    "a file with a category that increases": (
        written(lambda content: content["metadata"][0].update(increasing=True)),
        "metadata.0.categorical.increasing: Extra inputs are not permitted",
    ),
    "a file with a field twice": (
        written(lambda content: content["measurements"][1].update(name="sent")),
        r"schema.json: schema 'cells' names a field twice: \['sent'\]",
    ),
    "a file without measurements": (
        written(lambda content: content.update(measurements=[])),
        "schema.json: schema 'cells' has no measurements: a time series needs at least one",
    ),
    "a file with samples of no records": (
        written(lambda content: content.update(max_length=0)),
        "schema.json: schema 'cells': max_length: Input should be greater than or equal to 1, got 0",
    ),
    "a file with a sum whose part is gone": (
        written(lambda content: content["measurements"].pop(1)),
        "schema.json: schema 'cells': sum_of of 'all' names 'load', which is no field",
    ),
    "a file with a field of no kind": (
        written(lambda content: content["metadata"][0].pop("type")),
        "schema.json: .*metadata.0: Unable to extract tag using discriminator 'type'",
    ),
    "a table with a counter that falls": (
        table({"sent": {"increasing": True}}, sent=[3, 1, 0, 4]),
        r"cells\.csv: column 'sent' of row 2 is 1.0, which is less than the 3.0 before it: correct it, or leave "
        "`increasing` out of the schema$",
    ),
    "a table with more than there may be": (
        table({"lost": {"at_most": "sent"}}, lost=[0, 1, 0, 5]),
        r"cells\.csv: column 'lost' of row 4 is 5.0, which is more than the 4.0 of 'sent': correct one of them",
    ),
    "a table against the middle of a chain": (
        table({"both": {"at_most": "sent"}, "lost": {"at_most": "both"}}, both=[0, 0, 0, 4], lost=[0, 1, 0, 2]),
        r"cells\.csv: column 'lost' of row 2 is 1.0, which is more than the 0.0 of 'both': correct one of them",
    ),
    "a table with a wrong sum": (
        table({"both": {"sum_of": ["sent", "lost"]}}, both=[0, 4, 1, 6]),
        r"cells\.csv: column 'both' of row 3 is 1.0, which is not 0.0, the sum of \['sent', 'lost'\]: correct one",
    ),
    "a table beyond a bound": (
        table({"lost": {"high": 1}}),
        r"cells\.csv: column 'lost' of row 4 is 2.0, which is not a finite number between -inf and 1",
    ),
    "a table with metadata beyond a bound": (
        table({"size": {"high": 8}}),
        r"cells\.csv: column 'size' of row 3 is 9.0, which is not a finite number between -inf and 8",
    ),
    "a table with a count that is a fraction": (
        table({}, lost=[0, 1, 0.5, 2]),
        r"cells\.csv: column 'lost' of row 3 is 0.5, which is not a whole number: round it, or leave `integer` out",
    ),
}
