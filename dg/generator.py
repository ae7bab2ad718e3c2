"""A fitted model: it samples datasets, and is the file that a data holder hands out (§4.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from dg.archive import ENCODER, GENERATOR, SCHEMA, SUFFIX, WEIGHTS, packing
from dg.card import Card
from dg.dataset import TimeSeriesDataset, concatenate
from dg.encoding import Encoder, width
from dg.files import short
from dg.hyperparameters import Count, Seed, check
from dg.memory import available
from dg.module import GenerativeModule
from dg.randomness import stream
from dg.schema import Categorical

FORMAT = 2  # of the four files; the first had no card, and did not say its number
CHUNK = 1000
RAREST, TRIES = 1e-3, 20_000  # share of samples that a condition leaves, and samples drawn before it is told


class Generator:
    """An encoder and the trained module behind it; `card` says what it was trained on, when and how, if it is known."""

    def __init__(self, encoder: Encoder, module: GenerativeModule, card: Card | None = None) -> None:
        self.encoder = encoder.without_metadata() if "metadata" in module.lacks else encoder
        self.module = module
        self.card = card

    def sample(
        self,
        n: Count,
        *,
        seed: Seed,
        lengths: Sequence[int] | NDArray[np.int64] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> TimeSeriesDataset:
        """n new samples in physical units; the same seed gives the same samples.

        lengths: the length of each sample (Appendix B); raises ValueError if the model does not accept lengths
        metadata: values of categorical fields that all samples shall have; others are drawn and thrown away

        Raises ValueError, before anything is made, if n samples do not fit into the free memory.
        """
        check(Generator.sample, {"n": n, "seed": seed}, "Generator.sample")
        self._refuse_more_than_fits(n)
        return concatenate(list(self.batches(n, seed=seed, lengths=lengths, metadata=metadata)))

    def batches(
        self,
        n: int,
        *,
        seed: int,
        lengths: object = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Iterator[TimeSeriesDataset]:
        """The samples that `sample` gives, at most 1,000 at a time, so that any number of them fits into memory.

        Raises ValueError where `metadata` asks for something that fewer than one of 1,000 samples has.
        """
        forced = None if lengths is None else self._checked(lengths, n)
        if not metadata:
            yield from (self._chunk(start, min(CHUNK, n - start), seed, forced) for start in range(0, n, CHUNK))
            return
        if forced is not None:
            raise ValueError("lengths and metadata cannot be asked for together: sample first, then take by length")
        self._refuse_unknown(metadata)
        found = drawn = 0
        while found < n:
            kept = self._chunk(drawn, CHUNK, seed, None).where(**metadata).take(slice(n - found))
            drawn, found = drawn + CHUNK, found + len(kept)
            if drawn >= TRIES and found < drawn * RAREST:
                raise ValueError(
                    f"of {drawn:,} samples {found} had {dict(metadata)}: it is too rare to wait for; ask for less, or "
                    "train on more samples that have it"
                )
            if len(kept):
                yield kept

    def _chunk(self, start: int, size: int, seed: int, forced: Tensor | None) -> TimeSeriesDataset:
        """Samples from number `start` on, a function of the seed and the number alone."""
        device = self.module.device
        self.module.eval()
        told = {} if forced is None else {"lengths": forced[start : start + size].to(device)}
        encoded = self.module.generate(size, stream(seed, start, 2, device=device), **told)
        return self.encoder.decode(encoded.to("cpu"))

    def _refuse_unknown(self, metadata: Mapping[str, str]) -> None:
        fields = {field.name: field for field in self.encoder.schema.metadata}
        for name, value in metadata.items():
            field = fields.get(name)
            if field is None:
                raise ValueError(f"metadata: there is no field {name!r}; there are {short(list(fields))}")
            if not isinstance(field, Categorical):
                raise ValueError(f"metadata: {name!r} is a number; only categorical fields can be asked for")
            if value not in field.values:
                raise ValueError(f"metadata: {name!r} is never {value!r}; it is one of {short(list(field.values))}")

    def _checked(self, lengths: object, n: int) -> Tensor:
        if "lengths" not in signature(self.module.generate).parameters:
            raise ValueError(f"{type(self.module).__name__} cannot be told lengths; DoppelGANger can")
        told, longest = np.asarray(lengths), self.encoder.schema.max_length
        if told.shape != (n,) or told.dtype.kind not in "iu" or told.min() < 1 or told.max() > longest:
            raise ValueError(f"lengths must be {n} whole numbers from 1 to {longest}, got {short(told.tolist())}")
        return torch.as_tensor(told.astype(np.int64))

    def _refuse_more_than_fits(self, n: int) -> None:
        """Counts the chunks, the dataset made while they still exist, and a few masks for checking the dataset.

        A categorical measurement has a column for each value while a chunk is generated.
        """
        schema = self.encoder.schema
        t, k, m = schema.max_length, len(schema.measurements), len(schema.metadata)
        one_hot = min(n, CHUNK) * 2 * 4 * t * (width(self.encoder.layout.measurements) - k)
        needed, free = n * (2 * 4 * t * k + 6 * t + 24 * (m + 1)) + one_hot, available()
        if needed > free:
            raise ValueError(
                f"{n:,} samples of {t} records take about {needed / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB of memory "
                f"are free: sample in parts of at most {max(1, n * free // (2 * needed)):,}, each with a seed of its "
                "own, and save one before you make the next"
            )

    def save(self, path: str | Path) -> None:
        """Writes generator.json, schema.json, encoder.json and weights.safetensors for `dg.load`.

        path: a folder; or one file with all four, whole or not there, where the name ends in .dg
        """
        path = Path(path)
        if path.suffix == SUFFIX:
            with packing(path) as folder:
                self._write(folder)
        else:
            path.mkdir(parents=True, exist_ok=True)
            self._write(path)

    def _write(self, folder: Path) -> None:
        described = {"format": FORMAT, **self.module.description()}
        if self.card is not None:
            described["card"] = self.card.description()
        (folder / GENERATOR).write_text(json.dumps(described, indent=2), encoding="utf-8")
        (folder / SCHEMA).write_text(self.encoder.schema.to_json(), encoding="utf-8")
        (folder / ENCODER).write_text(self.encoder.to_json(), encoding="utf-8")
        weights = {name: weight.detach().cpu().contiguous() for name, weight in self.module.state_dict().items()}
        try:
            save_file(weights, folder / WEIGHTS)
        except SafetensorError as error:
            raise OSError(f"{folder / WEIGHTS} could not be written: {error}") from error
