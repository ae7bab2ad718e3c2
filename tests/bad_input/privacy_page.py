"""What `dg privacy` refuses before it draws or attacks: its tables, its model, and where the page is to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from baselines import AR
from dg import DoppelGANger, fit, read_long
from dg.module import GenerativeModule
from experiments.privacy import privacy
from experiments.studies.shadow_models import ShadowModels

MODEL = Path(__file__).resolve().parents[1] / "dg" / "models" / "format2.dg"


def cells(first: int, number: int, hours: int = 4) -> pd.DataFrame:
    """So many cells, numbered from the first on, of a few hours each."""
    rows = np.repeat(np.arange(first, first + number), hours)
    return pd.DataFrame(
        {"cell": rows, "hour": np.tile(np.arange(hours), number), "load": rows + np.tile(np.arange(hours), number) / 9}
    )


USUAL = {"members": cells(0, 30), "nonmembers": cells(100, 30), "synthetic": cells(200, 30)}


def page(
    there: str = "", options: dict[str, Any] | None = None, **tables: pd.DataFrame | None
) -> Callable[..., object]:
    """Asks for the page of small tables, in place of which others may be given, or None.

    there: a folder that is in the folder already; options: FOLDER of their texts is the folder
    """

    def run(folder: Path) -> None:
        given: dict[str, Any] = {"out": "FOLDER/page", "sample": "cell", "time": "hour", **(options or {})}
        given = {
            name: value.replace("FOLDER", str(folder)) if isinstance(value, str) else value
            for name, value in given.items()
        }
        if there:
            (folder / there).mkdir()
        for name, table in {**USUAL, **tables}.items():
            if table is not None:
                table.to_csv(folder / f"{name}.csv", index=False)
                given[name] = str(folder / f"{name}.csv")
        before = sorted(folder.iterdir())
        try:
            privacy(**given)
        finally:
            assert sorted(folder.iterdir()) == before

    return run


def shadowed(model: type[GenerativeModule], **card: Any) -> Callable[[Path], object]:
    """Asks for shadow models of one whose card has been edited."""

    def run(_: Path) -> None:
        data = read_long(USUAL["members"], sample="cell", time="hour")
        trained = fit(model, data, batches=1)
        assert trained.card is not None
        trained.card = replace(trained.card, **card)
        ShadowModels(trained, 4, where="cells.dg")

    return run


CASES: dict[str, tuple[Callable[[Path], object], str]] = {
    "neither a model nor samples": (page(synthetic=None), "name one of both, a model= or a table of .* synthetic="),
    "a model and samples": (page(options={"model": str(MODEL)}), "name one of both, a model= or a table"),
    "a page that is there": (page(there="page"), r"page is there already; name another folder by out=, or remove it"),
    "a model and a schema": (
        page(synthetic=None, options={"model": str(MODEL), "schema": "FOLDER/cells.json"}),
        r"format2\.dg says how to read the tables; leave schema= out",
    ),
    "no model": (
        page(synthetic=None, options={"model": "FOLDER/none.dg"}),
        r"none\.dg does not hold a whole generator",
    ),
    "a model of no table": (page(synthetic=None, options={"model": str(MODEL)}), "was read from no table"),
    "no table": (page(options={"reference": "FOLDER/none.csv"}), r"none\.csv: no such file"),
    "no samples named": (page(options={"sample": None}), "sample= is needed, a column of the table; or schema="),
    "a seed below zero": (page(options={"seed": -1}), "privacy: seed: Input should be greater than or equal to 0"),
    "no samples to draw": (
        page(options={"samples": 0}),
        "privacy: samples: Input should be greater than or equal to 1",
    ),
    "shadow models of a table": (
        page(options={"shadows": 4}),
        "shadow models are trained as a model= was; leave it out",
    ),
    "shadow models that are no pairs": (
        page(synthetic=None, options={"model": str(MODEL), "shadows": 5}),
        "shadows is 5, and should be an even number, 4 or more",
    ),
    "two shadow models": (
        page(synthetic=None, options={"model": str(MODEL), "shadows": 2}),
        "shadows is 2, and should",
    ),
    "shadow models of a model without a card": (
        page(synthetic=None, options={"model": str(MODEL.with_name("format1")), "shadows": 4}),
        r"format1: no card says for how many batches to train shadow models; leave shadows= out",
    ),
    "shadow models of a model without a critic": (
        shadowed(AR),
        r"cells\.dg: shadow models take a critic, and AR has none; leave shadows= out",
    ),
    "shadow models of a card that hides its noise": (
        shadowed(DoppelGANger, privacy={"epsilon": 1.0, "delta": 0.001}),
        r"cells\.dg: the card does not say how noisy training was",
    ),
    "members among the others": (
        page(nonmembers=pd.concat([cells(100, 30), cells(28, 2)])),
        r"2 of the members are among the non-members too, the first is in row 113 of .*/members\.csv and in row 121 of "
        r".*/nonmembers\.csv; leave them out of both",
    ),
    "members in the reference": (
        page(options={"reference": "FOLDER/members.csv"}),
        r"30 of the members are among the reference samples too, the first is in row 1 of ",
    ),
    "others of another schema": (
        page(nonmembers=cells(100, 30).drop(columns="load")),
        r"nonmembers\.csv has no column 'load'; it has \['cell', 'hour'\]",
    ),
    "others that are longer": (
        page(nonmembers=cells(100, 30, hours=5)),
        "the sample of row 1 has 5 records, more than the schema's 4; cut it",
    ),
    "others at other steps": (
        page(nonmembers=cells(100, 30).assign(hour=lambda rows: 2 * rows["hour"])),
        "'hour' has steps of 2, the schema 1; resample it",
    ),
    "few members": (page(members=cells(0, 9)), r"members\.csv: 9 members are too few, it takes 10"),
    "few others": (
        page(nonmembers=cells(100, 19)),
        r"nonmembers\.csv: 19 non-members are too few, it takes 20, half of them for a reference; or name one by ref",
    ),
    "few others that differ": (
        page(nonmembers=pd.concat([cells(100, 10), cells(100, 10).assign(cell=lambda rows: rows["cell"] + 50)])),
        "10 non-members are too few, it takes 20",
    ),
    "few generated samples": (page(synthetic=cells(200, 9)), r"synthetic\.csv: 9 generated samples are too few, it"),
    "generated columns that members lack": (
        page(synthetic=cells(200, 30).assign(weight=1.0)),
        r"synthetic\.csv has the columns \['weight'\], which .*members\.csv lacks: leave them out",
    ),
    "generated samples without a column": (
        page(synthetic=cells(200, 30).drop(columns="load")),
        r"synthetic\.csv has no column 'load'",
    ),
}
