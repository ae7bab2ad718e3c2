"""What a discriminator sees of a series beside its records: statistics of the whole of it (D56)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from dg.encoding import Encoded, Layout, columns

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the quantiles
SKEW, PEAK = 10.0, 40.0  # where skewness and kurtosis are cut
AT_ONCE = 1000  # samples


class Summaries(nn.Module):
    """Of each numeric measurement mean, deviation, quantiles, shape, steps, autocorrelation, and means by season.

    An MLP can learn these from the records, but a gradient penalty of one norm for all leaves little slope for what is
    small in each record, like a weekday. Here they are numbers of their own, in units of their deviation over training
    samples.

    season: records after which a pattern comes again, e.g. 7 days, for means by season; 1: there are none
    """

    numeric: Tensor
    shares: Tensor
    scale: Tensor

    def __init__(self, layout: Layout, season: int = 1) -> None:
        super().__init__()
        self.season = season if season < layout.max_length else 1
        self.lags = _lags(layout.max_length, self.season)
        self.places = range(self.season if self.season > 1 else 0)
        blocks = columns(layout.measurements)
        numeric = [where.start for block, where in blocks if block.activation != "softmax"]
        self.register_buffer("numeric", torch.tensor(numeric, dtype=torch.int64), persistent=False)
        self.register_buffer("shares", torch.tensor(SHARES), persistent=False)
        self.register_buffer("scale", torch.ones(self.width))

    @property
    def width(self) -> int:
        """How many numbers there are of a sample."""
        return len(self.numeric) * (6 + len(SHARES) + len(self.lags) + len(self.places))

    @torch.no_grad()
    def fit(self, train: Iterable[Encoded]) -> None:
        """Takes the unit of each number from the training samples; one that does not vary keeps its own."""
        self.scale.fill_(1.0)
        numbers: list[Tensor] = []
        for some in train:
            part = some.to(self.scale.device)
            pieces = zip(part.measurements.split(AT_ONCE), part.lengths.split(AT_ONCE), strict=True)
            numbers.extend(self(*piece) for piece in pieces)
        deviation = torch.cat(numbers).std(dim=0, correction=0)
        self.scale.copy_(torch.where(deviation > 1e-3, deviation, torch.ones(())))

    def forward(
        self, measurements: Float[Tensor, "b t k"], lengths: Int[Tensor, " b"] | None = None
    ) -> Float[Tensor, "b q"]:
        """The numbers of each sample, of its first records alone where `lengths` says how many it has."""
        series = measurements.index_select(2, self.numeric)
        t = series.shape[1]
        if lengths is None:
            lengths = torch.full((len(series),), t, device=series.device)
        active = (torch.arange(t, device=series.device) < lengths[:, None])[..., None]
        mean = _mean(series, active)
        centred = (series - mean) * active
        deviation = (_mean(centred.square(), active) + 1e-6).sqrt()
        z = centred / deviation
        moved = (series.diff(dim=1) * active[:, 1:]).abs()
        numbers = [
            mean,
            deviation,
            self._quantiles(series, active, lengths),
            _mean(z.pow(3), active).clamp(-SKEW, SKEW),
            _mean(z.pow(4), active).clamp(0, PEAK),
            _mean(moved, active[:, 1:]),
            moved.amax(dim=1, keepdim=True),
            *(_mean(z[:, lag:] * z[:, : t - lag], active[:, lag:]) for lag in self.lags),
            *(_mean(centred[:, at :: self.season], active[:, at :: self.season]) for at in self.places),
        ]
        return torch.cat(numbers, dim=1).flatten(1) / self.scale

    def _quantiles(
        self, series: Float[Tensor, "b t k"], active: Bool[Tensor, "b t 1"], lengths: Int[Tensor, " b"]
    ) -> Float[Tensor, "b s k"]:
        ranked = series.masked_fill(~active, torch.inf).sort(dim=1).values
        places = (self.shares * (lengths[:, None] - 1)).round().long()
        return ranked.gather(1, places[..., None].expand(-1, -1, series.shape[2]))


def _mean(values: Float[Tensor, "b t k"], active: Bool[Tensor, "b t 1"]) -> Float[Tensor, "b 1 k"]:
    """Over the records that are there; 0 where there are none."""
    return (values * active).sum(dim=1, keepdim=True) / active.sum(dim=1, keepdim=True).clamp_min(1)


def _lags(t: int, season: int) -> list[int]:
    """A few records, a few seasons, and a sixth, a third and two thirds of T in whole seasons; all under 4/5 of T."""
    wanted = {1, 2, 3, season, 2 * season, 4 * season}
    wanted |= {round(share * t / season) * season for share in (1 / 6, 1 / 3, 2 / 3)}
    return sorted(lag for lag in wanted if 0 < lag < 0.8 * t)
