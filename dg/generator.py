"""A fitted model: it samples datasets, and is the file that a data holder hands out (§4.4)."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from inspect import signature
from itertools import count
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from dg.archive import ENCODER, GENERATOR, SCHEMA, SUFFIX, WEIGHTS, packing
from dg.card import Card
from dg.conditions import Conditions, Metadata
from dg.dataset import TimeSeriesDataset, concatenate
from dg.encoding import Encoded, Encoder, width
from dg.encoding.constraints import Repairs, report
from dg.files import appearing
from dg.hyperparameters import Count, Seed, check
from dg.lengths import Asked, Lengths
from dg.memory import available
from dg.module import GenerativeModule
from dg.randomness import stream
from dg.rejection import accepted

FORMAT = 2  # of the four files; the first had no card, and did not say its number
CHUNK, NUMBERS = 500, 2**24  # samples that are made together, and numbers in their series at most

logger = logging.getLogger(__name__)


class Order(NamedTuple):
    """What is asked of a Generator, checked. Its samples are made in chunks, each a function of order and number."""

    n: int
    seed: int
    longest: int
    lengths: Lengths | None
    conditions: Conditions | None


class Generator:
    """An encoder and the trained module behind it; `card` says what it was trained on, when and how, if it is known."""

    def __init__(self, encoder: Encoder, module: GenerativeModule, card: Card | None = None) -> None:
        self.encoder = encoder.without_metadata() if "metadata" in module.lacks else encoder
        self.module = module
        self.card = card

    def sample(
        self, n: Count, *, seed: Seed, lengths: Asked | None = None, metadata: Metadata | None = None
    ) -> TimeSeriesDataset:
        """n new samples in physical units; a sample is a function of the seed, its number and what is asked of it.

        lengths: one for all samples, a range (low, high), or one for each (Appendix B), by models that can be told.
            They may be longer than in training, which is logged as a warning
        metadata: `{"urbanization": "Urban", "tasks": (2, 5), "technology": {"DSL": 1, "Cable": 4}}` fixes a
            value, gives a range, and weights by which values are drawn; a table has a row a sample (`Conditions`).
            Dates are text, "2024-03-01", or as pandas has them. What is not told is drawn as the model learnt it, given
            the rest (`accepted`)

        Raises ValueError, before anything is made, if n samples do not fit into the free memory.
        """
        check(Generator.sample, {"n": n, "seed": seed}, "Generator.sample")
        order = self.order(n, seed=seed, lengths=lengths, metadata=metadata)
        self._refuse_more_than_fits(n, order.longest)
        return concatenate(list(self._made(order)))

    def batches(
        self, n: int, *, seed: int, lengths: Asked | None = None, metadata: Metadata | None = None
    ) -> Iterator[TimeSeriesDataset]:
        """The samples that `sample` gives, a chunk at a time, so that any number of them fits into memory."""
        order = self.order(n, seed=seed, lengths=lengths, metadata=metadata)
        yield from self._made(order)

    def _made(self, order: Order) -> Iterator[TimeSeriesDataset]:
        """All chunks; at the end one line of the log says what was repaired in them."""
        repairs: Repairs = Counter()
        yield from (self.chunk(order, number, repairs) for number in range(self.chunks(order)))
        report(repairs, self.encoder.schema, order.n)

    def scores(self, dataset: TimeSeriesDataset) -> NDArray[np.float64]:
        """How real each sample looks to the model's critic, [n], larger is more so: by it members are guessed (§6.2).

        Raises ValueError for a model without a critic, or whose critic was replaced by retraining (D57).
        """
        if self.card is not None and self.card.retrained:
            raise ValueError(
                f"the critic of this {type(self.module).__name__} is an untrained one, since it was retrained "
                f"({self.card.retrained}); take the model of before"
            )
        module, size = self.module.eval(), self.chunk_size
        encoded = (self.encoder.encode(dataset.take(slice(at, at + size))) for at in range(0, len(dataset), size))
        scored = [module.scores(samples.to(module.device)).double().cpu().numpy() for samples in encoded]
        return np.concatenate([np.empty(0), *scored])

    def order(self, n: int, *, seed: int, lengths: object = None, metadata: object = None) -> Order:
        """Checks what is asked for; raises ValueError for what the model cannot make."""
        forced, longest = None, self.encoder.schema.max_length
        if lengths is not None:
            if not self._can_be_told("lengths"):
                raise ValueError(f"{type(self.module).__name__} cannot be told lengths; DoppelGANger can")
            forced = Lengths(lengths, n)
            if forced.longest > longest:
                logger.warning(
                    "lengths: up to %d records are asked for, and training had %d: the model never saw what follows",
                    forced.longest,
                    longest,
                )
                self._refuse_too_long(forced.longest)
            longest = max(longest, forced.longest)
        conditions = None
        if metadata is not None and (isinstance(metadata, pd.DataFrame) or metadata):
            conditions = Conditions(metadata, self.encoder, n, told=self._can_be_told("metadata"))
        return Order(n, seed, longest, forced, conditions)

    @property
    def chunk_size(self) -> int:
        """How many samples are made together, whatever is asked for: 500, or fewer where their series are huge."""
        layout = self.encoder.layout
        return max(1, min(CHUNK, NUMBERS // (layout.max_length * width(layout.measurements))))

    def chunks(self, order: Order) -> int:
        """How many chunks an order has."""
        return -(-order.n // self.chunk_size)

    def chunk(self, order: Order, number: int, repairs: Repairs | None = None) -> TimeSeriesDataset:
        """The samples of one chunk. It is always made whole, so that no sample depends on n; the last one is cut.

        repairs: what was changed for the schema's constraints is added to it (`Encoder.decode`)
        """
        size, encoder, module = self.chunk_size, self.encoder, self.module.eval()
        start, device, repairs = number * size, module.device, Counter() if repairs is None else repairs
        kept, told = min(size, order.n - start), {}
        if order.longest > encoder.schema.max_length:
            encoder, module = encoder.lengthened(order.longest), module.lengthened(order.longest)
        if order.lengths is not None:
            told["lengths"] = torch.from_numpy(order.lengths.of(start, size, order.seed)).to(device)

        def made(*key: int, **told: Tensor) -> Encoded:
            return module.generate(size, stream(order.seed, start, *key, device=device), **told)

        if order.conditions is None:
            return encoder.decode(_first(made(2, **told).to("cpu"), kept), repairs)
        wanted = order.conditions.exactly(start, kept, size, order.seed)
        if not self._can_be_told("metadata"):
            parts = accepted(order.conditions, wanted, lambda draw: _parts(made(3, draw)))
            return encoder.decode(Encoded(*parts).to("cpu"), repairs)
        if order.conditions.whole:
            drawn = encoder.encode_metadata(wanted).to(device)
        else:
            rounds = (stream(order.seed, start, 3, draw, device=device) for draw in count())
            (drawn,) = accepted(order.conditions, wanted, lambda _: (module.draw_metadata(4 * size, next(rounds)),))
        told["metadata"] = drawn[torch.arange(size, device=device).clamp(max=kept - 1)]
        dataset = encoder.decode(_first(made(2, **told).to("cpu"), kept), repairs)
        return replace(dataset, metadata=wanted) if order.conditions.whole else dataset

    def _can_be_told(self, what: str) -> bool:
        return what in signature(self.module.generate).parameters

    def _refuse_too_long(self, t: int) -> None:
        """Counts eight arrays of 64 bits, more than noise, output and decoded numbers of a chunk take."""
        needed, free = self.chunk_size * t * width(self.encoder.layout.measurements) * 8 * 8, available()
        if needed > free:
            raise ValueError(
                f"lengths: {self.chunk_size} samples are made together, which takes about {needed / 1e9:,.1f} GB "
                f"with up to {t:,} records, and {free / 1e9:,.1f} GB of memory are free: ask for shorter ones"
            )

    def _refuse_more_than_fits(self, n: int, t: int) -> None:
        """Counts the chunks, the dataset made while they still exist, and a few masks for checking the dataset.

        A categorical measurement has a column for each value while a chunk is generated.
        """
        schema = self.encoder.schema
        k, m = len(schema.measurements), len(schema.metadata)
        one_hot = self.chunk_size * 2 * 4 * t * (width(self.encoder.layout.measurements) - k)
        needed, free = n * (2 * 4 * t * k + 6 * t + 24 * (m + 1)) + one_hot, available()
        if needed > free:
            raise ValueError(
                f"{n:,} samples of {t} records take about {needed / 1e9:,.1f} GB, and {free / 1e9:,.1f} GB of memory "
                f"are free: sample in parts of at most {max(1, n * free // (2 * needed)):,}, each with a seed of its "
                "own, and save one before you make the next"
            )

    def save(self, path: str | Path) -> None:
        """Writes generator.json, schema.json, encoder.json and weights.safetensors for `dg.load`.

        path: a folder; or one file with all four where the name ends in .dg. A new one is whole or not there
        """
        path = Path(path)
        if path.suffix == SUFFIX:
            with packing(path) as folder:
                self._write(folder)
        elif path.exists():
            self._write(path)
        else:
            with appearing(path) as folder:
                self._write(folder)

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


def _first(samples: Encoded, number: int) -> Encoded:
    return samples[torch.arange(number)] if number < len(samples) else samples


def _parts(samples: Encoded) -> tuple[Tensor, ...]:
    return samples.metadata, samples.minmax, samples.measurements, samples.lengths
