"""What is written beside an artifact, as all who read it see it: its numbers; what computed them, runs and verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import NotRequired

import pandas as pd
from pandas.api.types import is_numeric_dtype
from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from dg.files import STRICT, read_json
from experiments.paper.claims import Verdict
from experiments.runs.facts import Facts


@with_config(ConfigDict(**{**STRICT, "extra": "ignore"}))
class Source(Facts):
    """A run behind an artifact: its facts, and which one it is; what else other versions noted is passed over."""

    id: str
    model: str
    seed: int
    scale: str


class Written(TypedDict):
    """What is read of an artifact's .json: of the code that computed it, of the runs behind it, of what it claims."""

    artifact: str
    revision: str
    runs: list[Source]
    verdicts: NotRequired[list[Verdict]]


def read(file: Path) -> Written:
    """The .json of an artifact; raises ValueError that names the file and the field that is wrong."""
    return read_json(file, Written)


def frame(file: Path) -> pd.DataFrame:
    """The numbers of an artifact as they were computed.

    A .csv does not tell an empty text from no value: there is a text wherever a model is not left out.
    """
    numbers = pd.read_csv(file, low_memory=False, float_precision="round_trip")
    there = numbers["left out"].isna() if "left out" in numbers else pd.Series(True, numbers.index)
    for column in numbers.columns.difference(["left out"]):
        if not is_numeric_dtype(numbers[column]) or column == "panel":
            numbers[column] = numbers[column].astype(object).mask(numbers[column].isna() & there, "")
    return numbers
