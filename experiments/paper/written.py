"""What the .json beside an artifact holds, as all who read it see it: what computed it, its runs, its verdicts."""

from __future__ import annotations

from pathlib import Path
from typing import NotRequired

from typing_extensions import TypedDict

from dg.files import read_json
from experiments.paper.claims import Verdict


class Data(TypedDict):
    """Which data a run was trained on."""

    origin: str
    samples: int


class Source(TypedDict):
    """A run behind an artifact."""

    id: str
    model: str
    seed: int
    scale: str
    data: Data
    revision: str
    device: str
    seconds: float


class Written(TypedDict):
    """What is read of an artifact's .json. Results of before verdicts by rule have neither these nor a revision."""

    artifact: str
    runs: list[Source]
    revision: NotRequired[str]
    verdicts: NotRequired[list[Verdict]]


def read(file: Path) -> Written:
    """The .json of an artifact; raises ValueError that names the file and the field that is wrong."""
    return read_json(file, Written)
