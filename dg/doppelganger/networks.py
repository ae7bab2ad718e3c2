"""The networks of DoppelGANger (Figure 7, Appendix B): what each one generates, and from what."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from dg.encoding import Block, Layout, width
from dg.encoding.transforms import MARGIN
from dg.nn import FLAGS, LSTM, Heads, active_blocks, ended, harden, lengths_from_flags, mlp

PASSES = 8  # of the RNN between two looks whether all samples of a batch have ended


class Noise(NamedTuple):
    """All that is random in a generated batch: the inputs of the three generators and the LSTM's initial state."""

    metadata: Float[Tensor, "b za"]
    minmax: Float[Tensor, "b zm"]
    measurements: Float[Tensor, "b p zr"]
    hidden: Float[Tensor, "l b h"]
    cell: Float[Tensor, "l b h"]


class Series(NamedTuple):
    """Generated samples as the discriminators see them: categories and flags are soft, flags that nobody judges None.

    With flags, t is a whole number of RNN passes, which may be more than the layout's max_length.
    """

    metadata: Float[Tensor, "b m"]
    minmax: Float[Tensor, "b mm"]
    measurements: Float[Tensor, "b t k"]
    flags: Float[Tensor, "b t 2"] | None


class MetadataGenerator(nn.Module):
    """The MLP that generates metadata, and the one that generates min/max from metadata (§4.3, steps 1 and 2)."""

    def __init__(self, inputs: int, blocks: tuple[Block, ...], layers: int, units: int) -> None:
        super().__init__()
        self.body = mlp(inputs, [units] * layers, batch_norm=True)
        self.heads = Heads(units, blocks)

    def forward(self, inputs: Float[Tensor, "b z"]) -> Float[Tensor, "b m"]:
        """Soft metadata."""
        return self.heads(self.body(inputs)).squeeze(1)


class MeasurementGenerator(nn.Module):
    """The batched RNN (§4.1): S records, and their generation flags if it has any, from each pass of an LSTM."""

    def __init__(
        self,
        condition: int,
        noise: int,
        blocks: tuple[Block, ...],
        sample_len: int,
        layers: int,
        units: int,
        flags: bool,
    ) -> None:
        super().__init__()
        self.flags = flags
        self.lstm = LSTM(condition + noise, units, layers)
        self.heads = Heads(units, (*blocks, FLAGS) if flags else blocks, records=sample_len)

    def forward(
        self, condition: Float[Tensor, "b c"], noise: Noise, *, until_ended: bool = False
    ) -> tuple[Float[Tensor, "b t k"], Float[Tensor, "b t 2"] | None]:
        """Measurements and flags of p passes; each pass receives the condition (§4.3). t = p·S records.

        until_ended: stop making passes once all samples have ended; the missing records are then 0
        """
        if not until_ended:
            records, _ = self._passes(condition, noise.measurements, (noise.hidden, noise.cell))
        else:
            records = self._until_ended(condition, noise)
        if not self.flags:
            return records, None
        return records[..., : -FLAGS.width], records[..., -FLAGS.width :]

    def _passes(
        self, condition: Float[Tensor, "b c"], noise: Float[Tensor, "b p zr"], state: tuple[Tensor, Tensor]
    ) -> tuple[Float[Tensor, "b t kf"], tuple[Tensor, Tensor]]:
        inputs = torch.cat([condition[:, None].expand(-1, noise.shape[1], -1), noise], dim=2)
        hidden, state = self.lstm(inputs, state)
        records = self.heads(hidden.transpose(0, 1))  # as the LSTM leaves them: passes first, no copy
        return records.transpose(0, 1).flatten(1, 2), state

    def _until_ended(self, condition: Float[Tensor, "b c"], noise: Noise) -> Float[Tensor, "b t kf"]:
        """Asks after every eight passes whether all samples have ended."""
        passes, state = noise.measurements.shape[1], (noise.hidden, noise.cell)
        parts: list[Tensor] = []
        over = condition.new_zeros(len(condition), dtype=torch.bool)
        for drawn in noise.measurements.split(PASSES, dim=1):
            records, state = self._passes(condition, drawn, state)
            parts.append(records)
            over = over | ended(records[..., -FLAGS.width :])
            if bool(over.all()):
                break
        records = torch.cat(parts, dim=1)
        return functional.pad(records, (0, 0, 0, passes * self.heads.records - records.shape[1]))


class DoppelGANgerGenerator(nn.Module):
    """The three generators in their order: metadata, then min/max, then measurements (§4.3).

    Each receives the hard output of those before it with the gradient stopped, as in the release
    (D5): the metadata generator learns through the discriminators alone, never through the LSTM.
    """

    normalized: Tensor

    def __init__(
        self,
        layout: Layout,
        *,
        sample_len: int,
        metadata_noise: int,
        minmax_noise: int,
        measurement_noise: int,
        metadata_layers: int,
        metadata_units: int,
        lstm_layers: int,
        lstm_units: int,
        initial_state: Literal["random", "zero"],
        flags: bool,
        mask_tail: bool = False,
        self_normalizing: bool = False,
    ) -> None:
        super().__init__()
        self.layout, self.sample_len, self.initial_state, self.mask_tail = layout, sample_len, initial_state, mask_tail
        self.self_normalizing = self_normalizing
        self.longest = layout.max_length  # of training
        self.register_buffer("normalized", torch.tensor(layout.normalized, dtype=torch.int64), persistent=False)
        self.noise_widths = (metadata_noise, minmax_noise, measurement_noise)
        m, mm = width(layout.metadata), width(layout.minmax)
        hidden = (metadata_layers, metadata_units)
        self.metadata = MetadataGenerator(metadata_noise, layout.metadata, *hidden) if m else None
        self.minmax = MetadataGenerator(minmax_noise + m, layout.minmax, *hidden) if mm else None
        self.measurements = MeasurementGenerator(
            m + mm, measurement_noise, layout.measurements, sample_len, lstm_layers, lstm_units, flags
        )

    @property
    def flags(self) -> bool:
        """Whether it generates flags: without them nothing can end a series, mask it or cut it."""
        return self.measurements.flags

    @property
    def records(self) -> int:
        """How many records of a series are judged: T, filled up to whole passes where flags tell real from padding."""
        return self.passes * self.sample_len if self.flags else self.layout.max_length

    @property
    def passes(self) -> int:
        """How often the RNN runs: T/S, rounded up because T is padded if S does not divide it."""
        return self._passes(self.layout.max_length)

    def _passes(self, records: int) -> int:
        return -(-records // self.sample_len)

    def lengthened(self, max_length: int) -> DoppelGANgerGenerator:
        """The same weights, with more passes of the RNN than in training."""
        longer = copy(self)
        longer.layout = replace(self.layout, max_length=max_length)
        return longer

    def noise(self, b: int, rng: torch.Generator) -> Noise:
        """Fresh N(0, 1) noise for b samples; the LSTM's initial state is N(0, 1) as in the release (D4), or zero."""
        za, zm, zr = self.noise_widths
        lstm = self.measurements.lstm
        state = (lstm.num_layers, b, lstm.hidden_size)
        learnt = self._passes(self.longest)
        shapes = [(b, za), (b, zm), (b, learnt, zr), state, state]
        noise = Noise(*(torch.randn(shape, generator=rng, device=rng.device) for shape in shapes))
        if self.passes > learnt:  # pass by pass, so that a longer series begins as a shorter one does
            more = [torch.randn((b, zr), generator=rng, device=rng.device) for _ in range(learnt, self.passes)]
            noise = noise._replace(measurements=torch.cat([noise.measurements, torch.stack(more, dim=1)], dim=1))
        if self.initial_state == "zero":
            noise = noise._replace(hidden=torch.zeros_like(noise.hidden), cell=torch.zeros_like(noise.cell))
        return noise

    def forward(
        self, noise: Noise, lengths: Int[Tensor, " b"] | None = None, told: Float[Tensor, "b m"] | None = None
    ) -> Series:
        """Samples, a function of `noise` alone, unless lengths or, by `told`, hard metadata are given.

        Flags end a series, unless `lengths` are told: its blocks after the end are 0, and not generated (D36).
        """
        none = noise.metadata[:, :0]
        metadata = told if told is not None else self.metadata(noise.metadata) if self.metadata else none
        hard_metadata = harden(metadata, self.layout.metadata)
        minmax = self.minmax(torch.cat([noise.minmax, hard_metadata], dim=1)) if self.minmax else none
        hard_minmax = harden(minmax, self.layout.minmax)
        condition, masked = torch.cat([hard_metadata, hard_minmax], dim=1), self.flags and lengths is None
        until_ended = masked and not self.layout.fixed_length
        measurements, flags = self.measurements(condition, noise, until_ended=until_ended)
        if flags is None:
            measurements = measurements[:, : self.records]
        elif masked:
            active = active_blocks(flags, self.sample_len)
            measurements = measurements * (active_blocks(flags, 1) if self.mask_tail else active)
            flags = flags * active
        if self.self_normalizing:
            ends = lengths_from_flags(flags) if masked else lengths
            measurements = self._normalized(measurements, hard_minmax, ends)
        return Series(metadata, minmax, measurements, flags)

    def _normalized(
        self, measurements: Float[Tensor, "b t k"], minmax: Float[Tensor, "b mm"], lengths: Int[Tensor, " b"] | None
    ) -> Float[Tensor, "b t k"]:
        """Auto-normalised series, put onto the range that auto-normalisation gives a real one with their (max-min)/2.

        Only the records of a series count. A constant series, generated or by its (max-min)/2, is the middle.
        """
        series = measurements.index_select(2, self.normalized)
        start, end = self.layout.minmax[0].range
        active = torch.ones_like(series[:, :, :1], dtype=torch.bool)
        if lengths is not None:
            active = (torch.arange(series.shape[1], device=series.device) < lengths[:, None])[..., None]
        highest = series.masked_fill(~active, -torch.inf).amax(dim=1, keepdim=True)
        lowest = series.masked_fill(~active, torch.inf).amin(dim=1, keepdim=True)
        half = minmax[:, None, 1::2].clamp_min(MARGIN)
        reached = (end - start) * (1 - MARGIN / half)
        stretch = reached / (highest - lowest).clamp_min(1e-6)
        normalized = (start + end) / 2 + (series - (highest + lowest) / 2) * stretch
        return measurements.index_copy(2, self.normalized, torch.where(active, normalized, series))
