"""A control for private training (§6.2): a Gaussian of a few numbers of each sample, released once, with noise."""

from __future__ import annotations

import math
from functools import partial
from types import MappingProxyType

import torch
from jaxtyping import Float, Int
from torch import Tensor

from baselines.gaussian import FLAT, standardised
from baselines.marginals import clip, root
from dg.encoding import Encoded, Layout, columns, width
from dg.hyperparameters import Count, Few
from dg.module import GenerativeModule
from dg.privacy import Privacy, PrivateTraining

BINS = 50  # of the lengths, at most
MOST = 100_000  # kinds of metadata that are counted
COUNTED, SQUARED = 0.5, 3.0  # how much a sample's counts and squares weigh beside its numbers, which are at most 1


class GaussianPrivate(GenerativeModule):
    """Means by categorical metadata and variances of what each series has of a few public functions of time.

    Each series is standardised; its level and spread are kept. What is learnt of it is its share of each function: the
    slowest cosines, and the harmonics of the season, which make the weekly peak. What is left of its power is white
    noise. The functions are known without the data, and cost no ε. All that is learnt is a sum over samples of one
    vector each: its kind of metadata (all that the schema allows are counted), by kind its shares and its other numbers
    (level and spread of each measurement, min/max, numeric metadata), their squares and products, and its length.

    Privately that sum is released once: every vector is clipped to a norm of C, and N(0, (σC)²) is added to every
    coordinate (Dwork and Roth 2014, A.1). One sample more or less moves the sum by at most C, so this is one Gaussian
    mechanism with noise σ, without sampling, for all parts together; its ε is exact. A longer vector counts less. The
    rest is computed from the noisy sum: counts are moved to the nearest that can be, covariances to the nearest
    without negative variances.

    Lengths do not depend on the metadata, and are drawn from at most 50 ranges. Rare kinds are lost in the noise.

    season: records after which a pattern comes again, e.g. 7 days; 1: no such pattern
    cosines: the slowest ones, k/2 periods over all records for k = 1, 2, …
    fewest: samples that a kind needs for means of its own; rarer ones have those of all
    """

    batch_size = None
    max_epochs = 1
    quick = MappingProxyType({"fewest": 2})

    basis: Tensor
    shares: Tensor
    means: Tensor
    deviations: Tensor
    products: Tensor
    length_counts: Tensor

    def __init__(self, layout: Layout, *, season: Count = 1, cosines: Few = 16, fewest: Count = 100) -> None:
        super().__init__(layout)
        self.save_hyperparameters(ignore=["layout"])
        blocks = list(columns(layout.metadata))
        self.categories = [(block, where) for block, where in blocks if block.activation == "softmax"]
        self.numeric = [(block, where) for block, where in blocks if block.activation != "softmax"]
        kinds = math.prod(block.width for block, _ in self.categories)
        if kinds > MOST:
            raise ValueError(
                f"GaussianPrivate: the metadata have {kinds:,} combinations, and at most {MOST:,} can be counted: "
                "leave fields out, or pool rare values"
            )
        self.k, self.minmax, self.ranges = width(layout.measurements), width(layout.minmax), ranges(layout)
        self.bins = 0 if layout.fixed_length else min(BINS, layout.max_length)
        functions = basis(layout.max_length, season, cosines)
        p, u = self.k * functions.shape[1], len(self.ranges)
        self.register_buffer("basis", functions, persistent=False)
        self.register_buffer("shares", torch.full((kinds,), 1 / kinds))
        self.register_buffer("means", torch.zeros(kinds, p + u))
        self.register_buffer("deviations", torch.zeros(p))
        self.register_buffer("products", torch.zeros(u, u))
        if self.bins:
            self.register_buffer("length_counts", torch.ones(self.bins))

    def privatize(self, privacy: Privacy, n: int, batches: int) -> PrivateTraining:
        """All samples make one batch, whose sum is released with noise."""
        self.private = privacy.plan(n, n, 1)
        return self.private

    def configure_optimizers(self) -> list[torch.optim.Optimizer]:
        """None: nothing is optimised."""
        return []

    @torch.no_grad()
    def training_step(self, batch: Encoded, batch_index: int) -> None:
        """Takes the sum over all samples, and all that is learnt from it."""
        rows = self.vectors(batch)
        if self.private is None:
            self.learn(rows.sum(dim=0))
        else:
            self.learn(self.private.noisy_sum(rows, self.private.rng(0, rows.device)))

    def vectors(self, samples: Encoded) -> Float[Tensor, "n d"]:
        """What each sample adds to the sum, in double precision; its norm is about 1, and at most 5."""
        coefficients, others = self._numbers(samples)
        kinds = one_hot(self._kinds(samples.metadata), len(self.shares))
        counts = [torch.ones_like(kinds[:, :1]), kinds]
        if self.bins:
            counts.append(one_hot((samples.lengths - 1) * self.bins // self.layout.max_length, self.bins))
        by_kind = (kinds[:, :, None] * torch.cat([coefficients, others], dim=1)[:, None]).flatten(1)
        squares = [coefficients.square(), (others[:, :, None] * others[:, None]).flatten(1)]
        return torch.cat([*(COUNTED * part for part in counts), by_kind, *(SQUARED * part for part in squares)], dim=1)

    def learn(self, total: Float[Tensor, " d"]) -> None:
        """Shares of kinds, means by kind, variances within kinds, and lengths, from the sum of all `vectors`."""
        kinds, p, u = len(self.shares), len(self.deviations), len(self.ranges)
        parts = total.split([1, kinds, self.bins, kinds * (p + u), p, u * u])
        n, counts, lengths, sums, squares, products = parts
        n = (n / COUNTED).clamp_min(1)
        counts, sums = nearest_counts(counts / COUNTED, n), sums.view(kinds, p + u)
        overall, own = (sums * (counts > 0)[:, None]).sum(dim=0) / n, (counts >= self.hparams.fewest)[:, None]
        means, shares = torch.where(own, sums / counts[:, None].clamp_min(1), overall), counts / n
        variances = squares / (SQUARED * n) - shares @ means[:, :p].square()
        products = products.view(u, u) / (SQUARED * n) - (shares * means[:, p:].T) @ means[:, p:]
        self.shares, self.means = shares.to(self.shares), means.to(self.means)
        self.deviations = variances.clamp_min(0).sqrt().to(self.deviations)
        self.products = root((products + products.T) / 2).to(self.products).contiguous()
        if self.bins:
            self.length_counts = nearest_counts(lengths / COUNTED, n).to(self.length_counts)

    @torch.no_grad()
    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        """n samples; a series is standardised over its own records before it is given its level and spread."""
        draw = partial(torch.randn, generator=rng, device=rng.device)
        t, k, p, u, mm = self.layout.max_length, self.k, len(self.deviations), len(self.ranges), self.minmax
        kinds = torch.multinomial(self.shares, n, replacement=True, generator=rng)
        means, power = self.means[kinds], self.shares @ self.means[:, :p].square() + self.deviations.square()
        coefficients = (means[:, :p] + self.deviations * draw((n, p))) * k**0.5
        series = (coefficients.view(n, k, -1) @ self.basis.T).transpose(1, 2) * t**0.5
        series = series + draw((n, t, k)) * (1 - k * power.view(k, -1).sum(dim=1)).clamp_min(0).sqrt()
        lengths = self._drawn_lengths(n, rng)
        active = (torch.arange(t, device=rng.device) < lengths[:, None])[..., None]
        low, high = self.ranges.to(means).T
        numbers = ((means[:, p:] + draw((n, u)) @ self.products.T) * u**0.5).clamp(-1, 1)
        level, spread, minmax, numeric = (low + (numbers + 1) / 2 * (high - low)).split([k, k, mm, u - 2 * k - mm], 1)
        series = level[:, None] + standardised(series, active)[:, :t] * spread[:, None].exp()
        series = clip(series, self.layout.measurements) * active
        return Encoded(self._metadata(kinds, numeric), minmax, series, lengths)

    def _kinds(self, metadata: Float[Tensor, "n m"]) -> Int[Tensor, " n"]:
        """The number of each sample's combination of categories, of all that the schema allows."""
        kinds = torch.zeros(len(metadata), dtype=torch.int64, device=metadata.device)
        for block, where in self.categories:
            kinds = kinds * block.width + metadata[:, where].argmax(dim=1)
        return kinds

    def _metadata(self, kinds: Int[Tensor, " n"], numeric: Float[Tensor, "n c"]) -> Float[Tensor, "n m"]:
        """Metadata of these kinds and numbers."""
        metadata, left = numeric.new_zeros(len(kinds), width(self.layout.metadata)), kinds
        for block, where in reversed(self.categories):
            metadata[:, where] = one_hot(left % block.width, block.width).to(metadata)
            left = left // block.width
        for at, (_, where) in enumerate(self.numeric):
            metadata[:, where.start] = numeric[:, at]
        return metadata

    def _drawn_lengths(self, n: int, rng: torch.Generator) -> Int[Tensor, " n"]:
        """Every length of a range is equally likely."""
        t = self.layout.max_length
        if not self.bins:
            return torch.full((n,), t, device=rng.device)
        starts = -(-torch.arange(self.bins + 1, device=rng.device) * t // self.bins)
        drawn = torch.multinomial(self.length_counts, n, replacement=True, generator=rng)
        uniform = torch.rand(n, generator=rng, device=rng.device, dtype=torch.float64)
        return 1 + starts[drawn] + (uniform * (starts[drawn + 1] - starts[drawn])).long()

    def _numbers(self, samples: Encoded) -> tuple[Float[Tensor, "n p"], Float[Tensor, "n u"]]:
        """How much each series has of each function, and its level, spread and attributes; norms of 1 at most."""
        t, lengths = self.layout.max_length, samples.lengths[:, None, None]
        active = (torch.arange(t, device=lengths.device) < lengths[:, 0])[..., None]
        series = standardised(samples.measurements.double(), active)
        coefficients = series[:, :t].transpose(1, 2) @ self.basis.double() / (lengths * self.k) ** 0.5
        numeric = [samples.metadata[:, where].double() for _, where in self.numeric]
        values = torch.cat([series[:, t], series[:, t + 1], samples.minmax.double(), *numeric], dim=1)
        low, high = self.ranges.to(values).T
        return coefficients.flatten(1), (2 * (values - low) / (high - low) - 1).clamp(-1, 1) / len(low) ** 0.5


def basis(t: int, season: int, cosines: int) -> Float[Tensor, "t p"]:
    """Orthonormal functions of time without a mean: harmonics of the season, and the slowest cosines."""
    times = torch.arange(t, dtype=torch.float64, device="cpu")  # also where a model is made by its shapes alone
    phases = [2 * math.pi * harmonic * times / season for harmonic in range(1, season // 2 + 1)]
    seasonal = [wave(phase) for phase in phases for wave in (torch.cos, torch.sin)]
    slow = [torch.cos(math.pi * k * (times + 0.5) / t) for k in range(1, cosines + 1)]
    functions, sizes = torch.linalg.qr(torch.stack([torch.ones_like(times), *seasonal, *slow], dim=1))
    independent = sizes.diagonal().abs() > 1e-6 * t**0.5
    independent[0] = False
    return functions[:, independent].float()


def nearest_counts(counts: Float[Tensor, " c"], total: Float[Tensor, " 1"]) -> Float[Tensor, " c"]:
    """The nearest numbers, in squares, that are not negative and have this sum (Held et al. 1974)."""
    ordered = counts.sort(descending=True).values
    levels = (ordered.cumsum(0) - total) / torch.arange(1, len(counts) + 1, device=counts.device)
    kept = (ordered > levels).sum()
    return (counts - levels.index_select(0, kept.view(1) - 1)).clamp_min(0)


def one_hot(codes: Int[Tensor, " n"], width: int) -> Float[Tensor, "n w"]:
    """A column for each code; torch's own asks the device how large they are."""
    return (codes[:, None] == torch.arange(width, device=codes.device)).double()


def ranges(layout: Layout) -> Float[Tensor, "u 2"]:
    """Between which public bounds levels, logarithms of spreads, min/max and numeric metadata lie."""
    levels = [block.range for block in layout.measurements for _ in range(block.width)]
    spreads = [(math.log(FLAT), math.log((high - low) / 2)) for low, high in levels]
    attributes = [block.range for block in (*layout.minmax, *layout.metadata) if block.activation != "softmax"]
    return torch.tensor([*levels, *spreads, *attributes])
