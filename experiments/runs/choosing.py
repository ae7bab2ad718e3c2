"""S chosen by short trainings (§4.4), where a config says `sample_len: auto`: what Figure 4 tries in full, cut short.

Candidates are the S whose number of passes, T/S rounded up, is nearest to 200, 100, 50, 25 and 12. Each trains for a
sixteenth of the batches, the better half of them goes on to an eighth, the better half of these to a quarter. Better is
who makes samples whose autocorrelation is nearer to that of validation samples, which nobody trains on. The paper's own
S, with 50 passes, always goes on, and is taken unless another is nearer by a tenth: short trainings are noisy (D70).
Training itself then begins anew, as that of a config which names this S. The choice takes three quarters of the batches
of a training.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

from lightning import Trainer
from omegaconf import DictConfig
from pydantic import with_config
from typing_extensions import TypedDict

from benchmarks.statistics.correlogram import band_error, correlogram, shared_reach
from dg.dataset import TimeSeriesDataset
from dg.doppelganger.module import recommended_sample_len
from dg.encoding import Encoder
from dg.files import STRICT, read_json
from dg.module import GenerativeModule, TrainingDiverged
from dg.privacy import Privacy
from dg.training import fit

log = logging.getLogger(__name__)
AUTO = "auto"
VERSION = 2  # of the rule: with another one S may be another, and so is the name of a run
PASSES = (200, 100, 50, 25, 12)
PARTS = (16, 8, 4)  # of the batches of training, for one round after the other
MARGIN = 0.1  # by which part of its error another S has to be better than that of 50 passes
HELD_OUT = 0.2  # of the training samples, where there are no others to validate with
SAMPLES = 1000  # that are generated at most, to be judged
EVERY_LAG = (1, 10**6)
FILE = "sample_len.json"


@with_config(STRICT)
class Noted(TypedDict):
    """What FILE says: to which training the trials belong, and their errors; null: one diverged."""

    belongs_to: str
    errors: dict[str, float | None]


def wanted(model: DictConfig, privacy: Privacy | None) -> bool:
    """Whether a model's config leaves S to be chosen; raises ValueError where nobody may look at the samples first."""
    if model.module.get("sample_len") != AUTO:
        return False
    if privacy is not None or model.get("pretraining") is not None:
        why = "epsilon does not count short trainings" if privacy else "the model begins with a training on other data"
        raise ValueError(f"sample_len is auto, and {why}: name S, or null for that of T/S nearest to 50")
    return True


def candidates(max_length: int) -> list[int]:
    """The S that are tried for samples of at most T records, smallest first."""
    return sorted({recommended_sample_len(max_length, passes) for passes in PASSES})


def with_sample_len(
    model: Callable[..., GenerativeModule],
    train: TimeSeriesDataset,
    validation: TimeSeriesDataset | None,
    *,
    encoder: Encoder,
    batches: int,
    seed: int,
    folder: Path,
    trainer: Callable[..., Trainer],
    tell: Callable[[str], None] = log.info,
) -> partial[GenerativeModule]:
    """The model with the S of the best trial; the same arguments choose the same S.

    validation: None holds out a fifth of `train`
    batches: for which training will last
    folder: where FILE keeps the errors, and checkpoints stay until S is chosen: an interrupted choice goes on
    tell: is told of each round, and of the S

    Raises ValueError where autocorrelation does not apply, where memory does not hold the samples, and where FILE is
    that of another training.
    """
    usual, among = recommended_sample_len(encoder.layout.max_length), candidates(encoder.layout.max_length)
    if len(among) > 1:
        train, validation = _sides(train, validation)
    trials = _Trials(folder / FILE, _belongs_to(model, train, encoder, batches, seed))

    def error(sample_len: int, short: int) -> float | None:
        assert validation is not None
        try:
            generator = fit(
                partial(model, sample_len=sample_len),
                train,
                encoder=encoder,
                batches=short,
                seed=seed,
                checkpoint=folder / f"sample_len_{sample_len}.ckpt",
                checkpoint_every=max(1, short // 10),
                trainer=trainer,
            )
        except TrainingDiverged:
            return None
        generated = generator.sample(min(len(validation), SAMPLES), seed=seed).only_numeric()
        return band_error(correlogram(validation), correlogram(generated), EVERY_LAG)

    for part in PARTS:
        if len(among) == 1:
            break
        short = max(1, batches // part)
        errors = {s: trials.error(f"S = {s}, {short} batches", partial(error, s, short)) for s in among}
        told = ", ".join(f"{found:.4f} with S = {s}" for s, found in errors.items())
        tell(f"error of autocorrelation after {short} batches: {told}")
        among = _better_half(errors, usual)
    tell(f"S = {among[0]}: so many records are generated in one pass of the RNN")
    for checkpoint in folder.glob("sample_len_*.ckpt"):
        checkpoint.unlink()
    return partial(model, sample_len=among[0])


def _better_half(errors: dict[int, float], usual: int) -> list[int]:
    """The S with the smallest errors, half of them rounded up, the best first; `usual` is one of them.

    Of the last two, it is `usual` that is left unless the other is better by MARGIN.
    """
    others = sorted(errors.keys() - {usual}, key=lambda s: (errors[s], s))
    if len(errors) == 2:
        return others if errors[others[0]] < (1 - MARGIN) * errors[usual] else [usual]
    return [usual, *others][: (len(errors) + 1) // 2]


class _Trials:
    """Errors of short trainings, noted in a file as they are found, so that none is made twice."""

    def __init__(self, file: Path, belongs_to: str) -> None:
        self.file, self.noted = file, Noted(belongs_to=belongs_to, errors={})
        if file.exists():
            self.noted = read_json(file, Noted)
            if self.noted["belongs_to"] != belongs_to:
                raise ValueError(f"{file} belongs to a training with other samples or settings; delete its folder")

    def error(self, name: str, find: Callable[[], float | None]) -> float:
        """The error of that name, found now or before; infinite where training diverged."""
        errors = self.noted["errors"]
        if name not in errors:
            errors[name] = find()
            part = self.file.with_suffix(".part")
            part.write_text(json.dumps(self.noted, indent=2), encoding="utf-8")
            part.replace(self.file)
        found = errors[name]
        return math.inf if found is None else found


def _sides(
    train: TimeSeriesDataset, validation: TimeSeriesDataset | None
) -> tuple[TimeSeriesDataset, TimeSeriesDataset]:
    """What trials train on, and the numeric measurements of what they are compared with."""
    if validation is None:
        if train.mapped:
            raise ValueError("sample_len is auto, which takes samples that memory holds: leave folder= out, or name S")
        validation, train = train.split(HELD_OUT, 1 - HELD_OUT, seed=0)
    real = validation.only_numeric()
    if not len(train) or not len(real) or not real.schema.measurements or not shared_reach(real):
        raise ValueError(
            "sample_len is auto, and S is chosen by autocorrelation, which takes numeric measurements of samples with "
            "four records or more: name S, or null for that of T/S nearest to 50"
        )
    return train, real


def _belongs_to(
    model: Callable[..., GenerativeModule], train: TimeSeriesDataset, encoder: Encoder, batches: int, seed: int
) -> str:
    settings = dict(partial(model, sample_len=None).keywords)
    deciding = [VERSION, train.fingerprint, encoder.to_json(), batches, seed, settings]
    return hashlib.sha256(json.dumps(deciding, sort_keys=True, default=str).encode()).hexdigest()
