"""The only bridge between datasets in physical units and the tensors that a model sees (§4.2, Appendix B)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from pydantic import with_config
from typing_extensions import TypedDict

from dg.dataset import TimeSeriesDataset
from dg.encoding.layout import Block, Encoded, Layout, columns, width
from dg.encoding.transforms import Scale, auto_normalize, undo_auto_normalize
from dg.files import STRICT, parse_json, short
from dg.hyperparameters import check
from dg.schema import Categorical, Schema

CHUNK = 1000  # samples that are in float64 at a time
RANGES = {(0.0, 1.0): "sigmoid", (-1.0, 1.0): "tanh"}


@dataclass(frozen=True)
class Encoder:
    """Fitted on training data alone: `decode(encode(dataset))` is `dataset` up to float32 rounding."""

    schema: Schema
    scales: dict[str, Scale]
    auto_normalize: bool
    range: tuple[float, float]
    fixed_length: bool

    def __post_init__(self) -> None:
        check(Encoder, {name: getattr(self, name) for name in ("auto_normalize", "range", "fixed_length")}, "encoder")
        if self.range not in RANGES:
            raise ValueError(f"range is {self.range}; known: {list(RANGES)}")
        numeric = [field.name for field in _continuous(self.schema)]
        if set(self.scales) != set(numeric):
            raise ValueError(
                f"the encoder does not belong to the schema {self.schema.name!r}: its scales are of "
                f"{short(list(self.scales))}, the numeric fields are {short(numeric)}"
            )
        for name, scale in self.scales.items():
            if scale.range != self.range:
                raise ValueError(f"scales.{name}: range is {scale.range}, and that of the encoder {self.range}")
        for field in self.schema.measurements:
            ends = self.scales[field.name].inverse(np.array(self.range, dtype=np.float64))
            if np.abs(ends).max() > np.finfo(np.float32).max * (1 + 1e-9):
                raise ValueError(f"scales.{field.name}: {ends.tolist()} are too large for numbers of 32 bits")

    @classmethod
    def fit(
        cls,
        train: TimeSeriesDataset,
        *,
        auto_normalize: bool = True,
        range: Sequence[float] = (-1.0, 1.0),
        log: Sequence[str] = (),
    ) -> Encoder:
        """Learns the scale of every continuous field from `train`.

        auto_normalize: normalise each sample by its own minimum and maximum (§4.2)
        range: of the encoded values, (0, 1) or (-1, 1) (Appendix B, "this is configurable")
        log: the fields that are encoded as log(1 + x), as the release does with the views of WWT
        """
        several = {"range": _listed(range), "log": _listed(log)}
        check(cls.fit, {"auto_normalize": auto_normalize, **several}, "Encoder.fit")
        if tuple(range) not in RANGES:
            raise ValueError(f"Encoder.fit: range is {tuple(range)}; known: {list(RANGES)}")
        low, high = range
        continuous = {field.name: _values(train, field.name) for field in _continuous(train.schema)}
        unknown = set(log) - set(continuous)
        if unknown:
            raise ValueError(
                f"log names {sorted(unknown)}; {train.schema.name} has the numeric fields {list(continuous)}"
            )
        return cls(
            schema=train.schema,
            scales={name: _scale(values, name in log, (low, high), name) for name, values in continuous.items()},
            auto_normalize=auto_normalize,
            range=(low, high),
            fixed_length=bool((train.lengths == train.schema.max_length).all()),
        )

    def without_metadata(self) -> Encoder:
        """The same encoder for samples without metadata; raises ValueError if min/max are generated as metadata."""
        if self.auto_normalize:
            raise ValueError(
                "auto-normalization makes min/max part of the metadata (§4.2), and this model generates no metadata: "
                "fit its encoder with auto_normalize=False"
            )
        schema = replace(self.schema, metadata=())
        scales = {field.name: self.scales[field.name] for field in schema.measurements}
        return replace(self, schema=schema, scales=scales)

    @property
    def layout(self) -> Layout:
        """The columns of what `encode` gives."""
        bounded = RANGES[self.range]
        minmax = [
            Block(f"{field.name} {part}", 1, activation)  # type: ignore[arg-type]
            for field in self.schema.measurements
            for part, activation in (("(max+min)/2", bounded), ("(max-min)/2", "sigmoid"))
        ]
        return Layout(
            metadata=tuple(
                Block(field.name, len(field.values), "softmax")
                if isinstance(field, Categorical)
                else Block(field.name, 1, bounded)  # type: ignore[arg-type]
                for field in self.schema.metadata
            ),
            minmax=tuple(minmax) if self.auto_normalize else (),
            measurements=tuple(Block(field.name, 1, bounded) for field in self.schema.measurements),  # type: ignore[arg-type]
            max_length=self.schema.max_length,
            fixed_length=self.fixed_length,
        )

    def encode(self, dataset: TimeSeriesDataset) -> Encoded:
        """Physical units to tensors (float32); raises ValueError for a dataset of another schema."""
        if dataset.schema != self.schema:
            raise ValueError(f"the encoder was fitted on {self.schema.name!r}, this is {dataset.schema.name!r}")
        n, active = len(dataset), dataset.active
        minmax = np.empty((n, 2 * len(self.schema.measurements) if self.auto_normalize else 0))
        series = np.empty(dataset.measurements.shape, dtype=np.float32)
        for column, field in enumerate(self.schema.measurements):
            for rows in (slice(start, start + CHUNK) for start in range(0, n, CHUNK)):
                raw = dataset.measurements[rows, :, column].astype(np.float64)
                values = self.scales[field.name].forward(raw)
                if self.auto_normalize:
                    values, minmax[rows, 2 * column : 2 * column + 2] = auto_normalize(values, active[rows], self.range)
                series[rows, :, column] = np.where(active[rows], values, 0.0)
        return Encoded(
            metadata=torch.from_numpy(self._encode_metadata(dataset)),
            minmax=torch.from_numpy(minmax.astype(np.float32)),
            measurements=torch.from_numpy(series),
            lengths=torch.from_numpy(dataset.lengths.copy()),
        )

    def decode(self, encoded: Encoded) -> TimeSeriesDataset:
        """Tensors to physical units; a categorical field takes its most probable value."""
        lengths = encoded.lengths.cpu().numpy()
        active = np.arange(self.schema.max_length) < lengths[:, None]
        minmax = _array(encoded.minmax)
        measurements = np.zeros((len(lengths), self.schema.max_length, len(self.schema.measurements)), dtype=np.float32)
        for column, field in enumerate(self.schema.measurements):
            values = _array(encoded.measurements[:, :, column])
            if self.auto_normalize:
                values = undo_auto_normalize(values, minmax[:, 2 * column : 2 * column + 2], self.range)
            values = self.scales[field.name].inverse(values)
            measurements[:, :, column] = np.where(active, np.clip(values, field.low, field.high), 0.0)
        return TimeSeriesDataset(self.schema, self._decode_metadata(encoded.metadata), measurements, lengths)

    def to_json(self) -> str:
        """The encoder without its schema, which has a file of its own."""
        content = asdict(self)
        del content["schema"]
        return json.dumps(content, indent=2)

    @classmethod
    def from_json(cls, text: str | bytes, schema: Schema, where: str = "the text") -> Encoder:
        """Raises ValueError, which begins with `where`, if the text is not what `to_json` wrote for `schema`."""
        try:
            fields = parse_json(text, _EncoderFile, "it is not an encoder that Encoder.to_json wrote")
            return cls(schema=schema, **fields)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None

    def _encode_metadata(self, dataset: TimeSeriesDataset) -> NDArray[np.float32]:
        encoded = np.zeros((len(dataset), width(self.layout.metadata)), dtype=np.float32)
        for block, where in columns(self.layout.metadata):
            column = dataset.metadata[block.name]
            if block.name in self.scales:
                encoded[:, where.start] = self.scales[block.name].forward(column.to_numpy(np.float64))
            else:
                encoded[np.arange(len(dataset)), where.start + column.cat.codes.to_numpy(np.int64)] = 1.0
        return encoded

    def _decode_metadata(self, encoded: torch.Tensor) -> pd.DataFrame:
        decoded: dict[str, object] = {}
        for field, (_, where) in zip(self.schema.metadata, columns(self.layout.metadata), strict=True):
            if isinstance(field, Categorical):
                codes = encoded[:, where].detach().cpu().numpy().argmax(axis=1)
                decoded[field.name] = pd.Categorical.from_codes(codes, list(field.values))
            else:
                decoded[field.name] = self.scales[field.name].inverse(_array(encoded[:, where.start]))
        return pd.DataFrame(decoded, index=pd.RangeIndex(len(encoded)))


@with_config(STRICT)
class _EncoderFile(TypedDict):
    scales: dict[str, Scale]
    auto_normalize: bool
    range: tuple[float, float]
    fixed_length: bool


def _listed(several: object) -> object:
    """Any sequence as a list, including one from a config. A string does not count as a sequence."""
    return list(several) if isinstance(several, Sequence) and not isinstance(several, str) else several


def _continuous(schema: Schema) -> list:
    return [field for field in (*schema.metadata, *schema.measurements) if not isinstance(field, Categorical)]


def _values(dataset: TimeSeriesDataset, name: str) -> NDArray[np.float64]:
    if name in dataset.metadata.columns:
        return dataset.metadata[name].to_numpy(np.float64)
    return dataset.measurement(name)[dataset.active].astype(np.float64)


def _scale(values: NDArray[np.float64], log: bool, range: tuple[float, float], name: str) -> Scale:
    if not len(values):
        raise ValueError("an encoder cannot be fitted on an empty dataset")
    if log and values.min() < 0:
        raise ValueError(f"{name!r} has the negative value {values.min()}: leave it out of `log`")
    levels = np.log1p(values) if log else values
    return Scale(low=float(levels.min()), high=float(levels.max()), log=log, range=range)


def _array(values: torch.Tensor) -> NDArray[np.float64]:
    return values.detach().cpu().numpy().astype(np.float64)
