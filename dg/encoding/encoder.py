"""The only bridge between datasets in physical units and the tensors that a model sees (§4.2, Appendix B)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Annotated, Any, NotRequired

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from pydantic import Discriminator, Tag, with_config
from typing_extensions import TypedDict

from dg.dataset import TimeSeriesDataset, one_hot
from dg.encoding.constraints import Numbers, Repairs, bounded, related, repair, report
from dg.encoding.layout import Activation, Block, Encoded, Layout, columns, width
from dg.encoding.transforms import Scale, auto_normalize, undo_auto_normalize
from dg.files import STRICT, parse_json, short
from dg.hyperparameters import check
from dg.schema import Categorical, Continuous, Field, Schema

CHUNK = 1000  # samples that are in float64 at a time
RANGES: dict[tuple[float, float], Activation] = {(0.0, 1.0): "sigmoid", (-1.0, 1.0): "tanh"}


def _kind(value: object) -> str | None:
    return "bool" if isinstance(value, bool) else "names" if isinstance(value, list | tuple) else None


AutoNormalize = Annotated[
    Annotated[bool, Tag("bool")] | Annotated[tuple[str, ...], Tag("names")],
    Discriminator(
        _kind,
        custom_error_type="auto_normalize",
        custom_error_message="Input should be a valid boolean or a list of measurements",
    ),
]
"""True: all numeric measurements are auto-normalised; False: none; else those named, in the schema's order."""


@dataclass(frozen=True)
class Encoder:
    """Fitted on training data alone: `decode(encode(dataset))` is `dataset` up to float32 rounding."""

    schema: Schema
    scales: dict[str, Scale]
    auto_normalize: AutoNormalize
    range: tuple[float, float]
    fixed_length: bool
    public: tuple[str, ...] = ()
    """Fields whose scale was given and not learnt, so that it says nothing of the training data."""

    def __post_init__(self) -> None:
        options = ("auto_normalize", "range", "fixed_length", "public")
        check(Encoder, {name: getattr(self, name) for name in options}, "encoder")
        _refuse_unknown(self.schema, "public", self.public, numeric_measurements=False)
        if self.range not in RANGES:
            raise ValueError(f"range is {self.range}; known: {list(RANGES)}")
        numeric = [field.name for field in _continuous((*self.schema.metadata, *self.schema.measurements))]
        if set(self.scales) != set(numeric):
            raise ValueError(
                f"the encoder does not belong to the schema {self.schema.name!r}: its scales are of "
                f"{short(list(self.scales))}, the numeric fields are {short(numeric)}"
            )
        for name, scale in self.scales.items():
            if scale.range != self.range:
                raise ValueError(f"scales.{name}: range is {scale.range}, and that of the encoder {self.range}")
        if not isinstance(self.auto_normalize, bool):
            _refuse_unknown(self.schema, "auto_normalize", self.auto_normalize, numeric_measurements=True)
            if not self.auto_normalize or self.auto_normalize != self.normalized:
                raise ValueError(
                    f"auto_normalize is {short(list(self.auto_normalize))}, and should be a boolean or name "
                    "measurements in the schema's order, each once"
                )
        for field in _continuous(self.schema.measurements):
            ends = self.scales[field.name].inverse(np.array(self.range, dtype=np.float64))
            if np.abs(ends).max() > np.finfo(np.float32).max * (1 + 1e-9):
                raise ValueError(f"scales.{field.name}: {ends.tolist()} are too large for numbers of 32 bits")

    @classmethod
    def fit(
        cls,
        train: TimeSeriesDataset,
        *,
        auto_normalize: bool | Sequence[str] = True,
        range: Sequence[float] = (-1.0, 1.0),
        log: Sequence[str] = (),
        bounds: Mapping[str, Sequence[float]] = MappingProxyType({}),
    ) -> Encoder:
        """Learns the scale of every continuous field from `train`, unless it is told.

        auto_normalize: normalise each sample by its own minimum and maximum (§4.2), in every numeric measurement or in
            those that are named
        range: of the encoded values, (0, 1) or (-1, 1) (Appendix B, "this is configurable")
        log: the fields that are encoded as log(1 + x), as the release does with the views of WWT
        bounds: the lowest and the highest value that a field may have, e.g. {"views": (0, 1e8)}, known without the
            data: its scale then says nothing of them (§6.2). `Schema.bounds` has those of a schema
        """
        check(cls, {"auto_normalize": _tuple(auto_normalize)}, "Encoder.fit")
        bounds = {name: _tuple(ends) for name, ends in bounds.items()}
        check(cls.fit, {"range": _tuple(range), "log": _tuple(log), "bounds": bounds}, "Encoder.fit")
        if tuple(range) not in RANGES:
            raise ValueError(f"Encoder.fit: range is {tuple(range)}; known: {list(RANGES)}")
        low, high = range
        names = [field.name for field in _continuous((*train.schema.metadata, *train.schema.measurements))]
        _refuse_unknown(train.schema, "log", log, numeric_measurements=False)
        _refuse_unknown(train.schema, "bounds", bounds, numeric_measurements=False)
        if not isinstance(auto_normalize, bool):
            _refuse_unknown(train.schema, "auto_normalize", auto_normalize, numeric_measurements=True)
            auto_normalize = tuple(name for name in names if name in auto_normalize) or False
        return cls(
            schema=train.schema,
            scales={name: _scale(train, name, name in log, (low, high), bounds.get(name)) for name in names},
            auto_normalize=auto_normalize,
            range=(low, high),
            fixed_length=bool((train.lengths == train.schema.max_length).all()),
            public=tuple(name for name in names if name in bounds),
        )

    def without_metadata(self) -> Encoder:
        """The same encoder for samples without metadata; raises ValueError if min/max are generated as metadata."""
        if self.normalized:
            raise ValueError(
                "auto-normalization makes min/max part of the metadata (§4.2), and this model generates no metadata: "
                "fit its encoder with auto_normalize=False"
            )
        schema = replace(self.schema, metadata=())
        scales = {field.name: self.scales[field.name] for field in _continuous(schema.measurements)}
        return replace(self, schema=schema, scales=scales, public=tuple(name for name in self.public if name in scales))

    def lengthened(self, max_length: int) -> Encoder:
        """The same encoder for samples of up to `max_length` records, which training did not have."""
        return replace(self, schema=replace(self.schema, max_length=max_length), fixed_length=False)

    def outer(self, name: str) -> tuple[float, float]:
        """The lowest and the highest value that `decode` gives to the numeric metadata field called `name`."""
        field = next(field for field in _continuous(self.schema.metadata) if field.name == name)
        low, high = self._bounded(np.array(self.range, dtype=np.float64), field)
        return float(low), float(high)

    @property
    def learnt(self) -> tuple[str, ...]:
        """The fields whose scale was learnt from the training data."""
        return tuple(name for name in self.scales if name not in self.public)

    @property
    def normalized(self) -> tuple[str, ...]:
        """The measurements that are auto-normalised, in the schema's order."""
        chosen = self.auto_normalize
        names = [field.name for field in _continuous(self.schema.measurements)]
        return tuple(name for name in names if chosen is True or (chosen and name in chosen))

    @property
    def layout(self) -> Layout:
        """The columns of what `encode` gives."""
        bounded = RANGES[self.range]
        measurements = self._blocks(self.schema.measurements)
        starts = {block.name: where.start for block, where in columns(measurements)}
        return Layout(
            metadata=self._blocks(self.schema.metadata),
            minmax=tuple(
                block
                for name in self.normalized
                for block in (Block(f"{name} (max+min)/2", 1, bounded), Block(f"{name} (max-min)/2", 1, "sigmoid"))
            ),
            measurements=measurements,
            max_length=self.schema.max_length,
            fixed_length=self.fixed_length,
            normalized=tuple(starts[name] for name in self.normalized),
        )

    def _blocks(self, fields: Sequence[Field]) -> tuple[Block, ...]:
        return tuple(
            Block(field.name, len(field.values), "softmax")
            if isinstance(field, Categorical)
            else Block(field.name, 1, RANGES[self.range])
            for field in fields
        )

    def encode(self, dataset: TimeSeriesDataset) -> Encoded:
        """Physical units to tensors (float32); raises ValueError for a dataset of another schema."""
        if dataset.schema != self.schema:
            raise ValueError(f"the encoder was fitted on {self.schema.name!r}, this is {dataset.schema.name!r}")
        n, active, layout, normalized = len(dataset), dataset.active, self.layout, self.normalized
        minmax = np.empty((n, width(layout.minmax)))
        series = np.empty((n, self.schema.max_length, width(layout.measurements)), dtype=np.float32)
        for number, (block, where) in enumerate(columns(layout.measurements)):
            for rows in (slice(start, start + CHUNK) for start in range(0, n, CHUNK)):
                raw = dataset.measurements[rows, :, number]
                if block.name not in self.scales:
                    series[rows, :, where] = one_hot(raw, active[rows], block.width)
                    continue
                values = self.scales[block.name].forward(raw.astype(np.float64))
                if block.name in normalized:
                    pair = 2 * normalized.index(block.name)
                    values, minmax[rows, pair : pair + 2] = auto_normalize(values, active[rows], self.range)
                series[rows, :, where.start] = np.where(active[rows], values, 0.0)
        return Encoded(
            metadata=self.encode_metadata(dataset.metadata),
            minmax=torch.from_numpy(minmax.astype(np.float32)),
            measurements=torch.from_numpy(series),
            lengths=torch.from_numpy(dataset.lengths.copy()),
        )

    def decode(self, encoded: Encoded, repairs: Repairs | None = None) -> TimeSeriesDataset:
        """Tensors to physical units: the most probable value of a categorical field, numbers that keep all constraints.

        repairs: how many values were changed for the constraints between numbers is added to it; without it logged
        """
        counted: Repairs | None = Counter() if related(self.schema) else None
        lengths = encoded.lengths.cpu().numpy()
        active = np.arange(self.schema.max_length) < lengths[:, None]
        minmax, normalized, blocks = _array(encoded.minmax), self.normalized, self.layout.measurements
        measurements = np.zeros((len(lengths), self.schema.max_length, len(self.schema.measurements)), dtype=np.float32)
        for number, (field, (_, where)) in enumerate(zip(self.schema.measurements, columns(blocks), strict=True)):
            if isinstance(field, Categorical):
                codes = _codes(encoded.measurements[:, :, where])
                measurements[:, :, number] = np.where(active, codes, 0)
                continue
            values = _array(encoded.measurements[:, :, where.start])
            if field.name in normalized:
                pair = 2 * normalized.index(field.name)
                values = undo_auto_normalize(values, minmax[:, pair : pair + 2], self.range)
            numbers = bounded(self.scales[field.name].inverse(values), field, np.float32, counted, active)
            measurements[:, :, number] = np.where(active, numbers, 0.0)
        metadata = self._decoded_metadata(encoded.metadata, counted)
        if counted is not None:
            series = {field.name: measurements[:, :, at] for at, field in enumerate(self.schema.measurements)}
            repair(self.schema.measurements, series, lengths, counted)
            if repairs is None:
                report(counted, self.schema, len(lengths))
            else:
                repairs.update(counted)
        return TimeSeriesDataset(self.schema, metadata, measurements, lengths)

    def to_json(self) -> str:
        """The encoder without its schema, which has a file of its own."""
        content = asdict(self)
        del content["schema"]
        if not self.public:
            del content["public"]  # as before there was such a thing
        return json.dumps(content, indent=2)

    @classmethod
    def from_json(cls, text: str | bytes, schema: Schema, where: str = "the text") -> Encoder:
        """Raises ValueError, which begins with `where`, if the text is not what `to_json` wrote for `schema`."""
        try:
            fields = parse_json(text, _EncoderFile, "it is not an encoder that Encoder.to_json wrote")
            return cls(schema=schema, **fields)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None

    def encode_metadata(self, metadata: pd.DataFrame) -> Float[torch.Tensor, "n m"]:
        """The metadata of a dataset, or rows that have the same columns and types."""
        encoded = np.zeros((len(metadata), width(self.layout.metadata)), dtype=np.float32)
        for block, where in columns(self.layout.metadata):
            column = metadata[block.name]
            if block.name in self.scales:
                encoded[:, where.start] = self.scales[block.name].forward(column.to_numpy(np.float64))
            else:
                encoded[np.arange(len(metadata)), where.start + column.cat.codes.to_numpy(np.int64)] = 1.0
        return torch.from_numpy(encoded)

    def decode_metadata(self, encoded: Float[torch.Tensor, "n m"]) -> pd.DataFrame:
        """The metadata in physical units, as `decode` gives them."""
        return self._decoded_metadata(encoded, None)

    def _decoded_metadata(self, encoded: torch.Tensor, repairs: Repairs | None) -> pd.DataFrame:
        decoded: dict[str, Any] = {}
        for field, (_, where) in zip(self.schema.metadata, columns(self.layout.metadata), strict=True):
            if isinstance(field, Categorical):
                decoded[field.name] = pd.Categorical.from_codes(_codes(encoded[:, where]), list(field.values))
            else:
                decoded[field.name] = self._bounded(_array(encoded[:, where.start]), field, repairs)
        numbers = {field.name: decoded[field.name][:, None] for field in _continuous(self.schema.metadata)}
        repair(
            self.schema.metadata,
            numbers,
            np.ones(len(encoded), dtype=np.int64),
            Counter() if repairs is None else repairs,
        )
        return pd.DataFrame(decoded, index=pd.RangeIndex(len(encoded)))

    def _bounded(self, encoded: NDArray[np.float64], field: Continuous, repairs: Repairs | None = None) -> Numbers:
        """A column of the metadata in physical units."""
        return bounded(self.scales[field.name].inverse(encoded), self.schema.loosened(field), np.float64, repairs)


@with_config(STRICT)
class _EncoderFile(TypedDict):
    scales: dict[str, Scale]
    auto_normalize: AutoNormalize
    range: tuple[float, float]
    fixed_length: bool
    public: NotRequired[tuple[str, ...]]


def _tuple(several: Any) -> Any:
    """Any sequence as a tuple, including one from a config. A string does not count as a sequence."""
    return tuple(several) if isinstance(several, Sequence) and not isinstance(several, str) else several


def _continuous(fields: Iterable[Field]) -> list[Continuous]:
    return [field for field in fields if isinstance(field, Continuous)]


def _refuse_unknown(schema: Schema, option: str, names: Collection[str], *, numeric_measurements: bool) -> None:
    """Raises ValueError if `names` has other fields than numeric ones, or than numeric measurements."""
    fields = schema.measurements if numeric_measurements else (*schema.metadata, *schema.measurements)
    numeric = [field.name for field in _continuous(fields)]
    unknown = sorted(set(names) - set(numeric))
    if unknown:
        kind = "numeric measurements" if numeric_measurements else "numeric fields"
        raise ValueError(f"{option} names {short(unknown)}; {schema.name} has the {kind} {short(numeric)}")


def _codes(soft: torch.Tensor) -> NDArray[np.int64]:
    """The column with the highest number, in the last dimension of the columns of a categorical field."""
    return soft.detach().cpu().numpy().argmax(axis=-1)


def _told(train: TimeSeriesDataset, name: str, bounds: Sequence[float]) -> tuple[float, float]:
    """The bounds themselves; raises ValueError where values lie outside of them."""
    if len(bounds) != 2 or bounds[0] >= bounds[1]:
        raise ValueError(f"{name!r} has the bounds {short([*bounds])}: give two numbers, the lowest value first")
    lowest, highest = train.extremes(name)
    if lowest < bounds[0] or highest > bounds[1]:
        raise ValueError(
            f"{name!r}: its values are from {lowest:g} to {highest:g}, outside its bounds {bounds[0]:g} to "
            f"{bounds[1]:g}: widen the bounds, or clip the values"
        )
    return bounds[0], bounds[1]


def _scale(
    train: TimeSeriesDataset, name: str, log: bool, range: tuple[float, float], bounds: Sequence[float] | None
) -> Scale:
    if not len(train):
        raise ValueError("an encoder cannot be fitted on an empty dataset")
    ends = np.array(train.extremes(name) if bounds is None else _told(train, name, bounds))
    if log and ends[0] < 0:
        raise ValueError(f"{name!r} has the negative value {ends[0]}: leave it out of `log`")
    low, high = np.log1p(ends) if log else ends
    return Scale(low=float(low), high=float(high), log=log, range=range)


def _array(values: torch.Tensor) -> NDArray[np.float64]:
    return values.detach().cpu().numpy().astype(np.float64)
