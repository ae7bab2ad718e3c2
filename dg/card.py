"""The model card: what a generator was trained on, when and how, as its maker says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Annotated, Any

import torch
from pydantic import StringConstraints, with_config

from dg import __version__
from dg.dataset import TimeSeriesDataset
from dg.files import STRICT, short
from dg.hyperparameters import Count, Seed, Weight, check

NOT_COVERED = (
    "scales that were learnt, the values of categories, whether lengths vary, the number of samples, and what was "
    "chosen by looking at the data: hyper-parameters, early looks, this model and not another"
)
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{1,64}$")]


@with_config(STRICT)
@dataclass(frozen=True)
class Card:
    """What is said of a model, so that a receiver knows what they hold. Nothing of it changes what is sampled.

    data: the name of the schema
    samples, lengths, fingerprint: of the training data; lengths are the shortest and the longest
    date: the day on which training ended (UTC)
    batches, seed: what `fit` was asked for
    seconds: from the first batch to the last, those before an interruption included
    device: "cpu", or the name of the GPU
    versions: of dg and torch
    metrics: what its maker measured; `dataclasses.replace(card, metrics={...})` adds some
    privacy: the settings of differential privacy; None: it was trained without
    retrained: what of it was trained again afterwards, for another distribution of metadata (§6.1)
    """

    data: str
    samples: Count
    lengths: tuple[Count, Count]
    fingerprint: Fingerprint
    date: datetime.date
    batches: Count
    seed: Seed
    seconds: Weight
    device: str
    versions: Mapping[str, str]
    metrics: Mapping[str, float] = field(default_factory=dict)
    privacy: Mapping[str, str | bool | int | float] | None = None
    retrained: str = ""

    def __post_init__(self) -> None:
        check(Card, vars(self), "card")

    @classmethod
    def of(cls, train: TimeSeriesDataset, *, batches: int, seed: int, seconds: float, device: torch.device) -> Card:
        """The card of a model that was trained on `train` just now."""
        return cls(
            data=train.schema.name,
            samples=len(train),
            lengths=(int(train.lengths.min()), int(train.lengths.max())),
            fingerprint=train.fingerprint,
            date=datetime.datetime.now(datetime.UTC).date(),
            batches=batches,
            seed=seed,
            seconds=round(seconds, 3),
            device=torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
            versions={"dg": __version__, "torch": str(torch.__version__)},
        )

    def description(self) -> dict[str, Any]:
        """The card in a form that JSON can hold."""
        return {**asdict(self), "date": self.date.isoformat()}

    def __str__(self) -> str:
        """The card in four lines, none of which can do more to a terminal than be read."""
        shortest, longest = self.lengths
        privacy = "trained without differential privacy"
        if self.privacy is not None:
            privacy = f"{_listed(self.privacy)}; not covered: {NOT_COVERED}"
        return "\n".join(
            [
                f"data      {_plain(self.data)}: {self.samples:,} samples of {shortest:,} to {longest:,} records, "
                f"fingerprint {self.fingerprint}",
                f"training  {self.date}, {self.batches:,} batches with seed {self.seed} in {self.seconds:,.1f} s on "
                f"{_plain(self.device)}; {_listed(self.versions)}"
                + (f"; retrained: {_plain(self.retrained)}" if self.retrained else ""),
                f"metrics   {_listed(self.metrics) or 'none noted'}",
                f"privacy   {privacy}",
            ]
        )


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{_plain(name)} {_plain(value)}" for name, value in values.items())


def _plain(value: object) -> str:
    text = str(value)
    return text if text.isprintable() and len(text) <= 80 else short(text)
