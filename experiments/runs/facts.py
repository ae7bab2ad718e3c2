"""What is told of a run that was made: in its run.json, and beside every artifact that it is behind."""

from __future__ import annotations

from typing import NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from dg.files import STRICT


@with_config(STRICT)
class Data(TypedDict):
    """Which data a run was trained on."""

    origin: str
    sha256: str | None
    fingerprint: str
    samples: int


@with_config(STRICT)
class Work(TypedDict):
    """What a run did and what it took, beside its seconds, from which plans estimate others like it.

    memory: the most that its process ever held, in bytes, other runs of the same process included
    """

    model: str
    dataset: str
    accelerator: str
    batches: int
    memory: int


@with_config(STRICT)
class Facts(TypedDict):
    """Where a run's numbers come from. What may be missing was not noted by earlier versions.

    load: how many processes wanted a processor in the last minute of its making, itself included
    parts: the hashes of its folders
    """

    data: Data
    revision: str
    versions: dict[str, str]
    device: str
    threads: int
    load: NotRequired[float]
    seconds: float
    work: NotRequired[Work]
    parts: NotRequired[dict[str, str]]


@with_config(STRICT)
class RunFile(Facts):
    """What run.json says."""

    id: NotRequired[str]
