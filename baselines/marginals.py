"""The distributions that are taken from the training samples without any gradient (§5.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from dg.encoding import Block, Encoded, Layout, columns, width
from dg.module import GenerativeModule

COPIES_METADATA = MappingProxyType(
    {
        "metadata": "it draws its metadata from the training samples, a perfect distribution without learning "
        "(§5.1.2, §5.2)"
    }
)


class Empirical(nn.Module):
    """The empirical distribution of training rows: a draw is one of the rows that were kept, all equally likely.

    Rows of several parts, e.g. metadata and measurements, are drawn together. They are saved with the weights. A part
    is made from no rows of it, `torch.empty(0, …)`, whose shape and type are those that its rows will have.
    """

    def __init__(self, **parts: Tensor) -> None:
        super().__init__()
        self.parts = tuple(parts)
        for part, none in parts.items():
            self.register_buffer(part, none)

    def keep(self, **rows: Tensor) -> None:
        """Keeps `rows`, n of each part."""
        for part in self.parts:
            setattr(self, part, rows[part].clone())

    def draw(self, n: int, rng: torch.Generator) -> dict[str, Tensor]:
        """n rows, with replacement."""
        kept = {part: getattr(self, part) for part in self.parts}
        index = torch.randint(len(kept[self.parts[0]]), (n,), generator=rng, device=rng.device)
        return {part: rows[index] for part, rows in kept.items()}

    def _load_from_state_dict(self, state_dict: dict[str, Any], prefix: str, *args: Any) -> None:
        """Accepts any number of rows in the saved weights."""
        for part in self.parts:
            rows, own = state_dict.get(prefix + part), getattr(self, part)
            if rows is not None and rows.shape[1:] == own.shape[1:]:
                setattr(self, part, own.new_empty(rows.shape))
        numbers = [len(getattr(self, part)) for part in self.parts]
        if len(set(numbers)) > 1:
            args[-1].append(f"{prefix}{', '.join(self.parts)} have {numbers} rows, and should have equally many")
        super()._load_from_state_dict(state_dict, prefix, *args)


class Unlearnt(Empirical):
    """What models that generate measurements alone take from training samples: their lengths.

    With auto-normalization, min/max are metadata (§4.2): then whole rows of metadata and min/max are taken as well, as
    AR, RNN and HMM do (D12, D50).
    """

    def __init__(self, layout: Layout, **parts: Tensor) -> None:
        rows = {"metadata": layout.metadata, "minmax": layout.minmax} if layout.minmax else {}
        parts |= {part: torch.empty(0, width(blocks)) for part, blocks in rows.items()}
        super().__init__(lengths=torch.empty(0, dtype=torch.int64), **parts)


def take_metadata(model: GenerativeModule) -> None:
    """Notes that `model`, whose release has no metadata, draws them from training samples."""
    model.lacks = {what: why for what, why in model.lacks.items() if what != "metadata"}
    model.copies = COPIES_METADATA


def samples_with(drawn: Mapping[str, Tensor], measurements: Float[Tensor, "n t k"]) -> Encoded:
    """Samples made of generated measurements and of what was `drawn` from `Unlearnt` rows."""
    none = measurements.new_zeros(len(measurements), 0)
    return Encoded(drawn.get("metadata", none), drawn.get("minmax", none), measurements, drawn["lengths"])


class Attributes(Empirical):
    """The joint multinomial distribution of metadata on training data (§5.1.2), min/max included as in §4.2.

    Whole tuples are drawn, so metadata are correlated with each other as they are in training (D12).
    """

    rows: Tensor

    def __init__(self, layout: Layout) -> None:
        super().__init__(rows=torch.empty(0, width(layout.metadata) + width(layout.minmax)))
        self.m = width(layout.metadata)

    def learn(self, train: Encoded) -> None:
        """Takes the metadata and min/max of all training samples."""
        self.keep(rows=attributes(train))

    def sample(
        self, n: int, rng: torch.Generator, metadata: Float[Tensor, "n a"] | None = None
    ) -> Float[Tensor, "n m"]:
        """Metadata and min/max of n samples, each one of the rows that have its `metadata` if these are told.

        Raises ValueError where no row has them.
        """
        if metadata is None:
            return self.draw(n, rng)["rows"]
        seen = torch.cat([self.rows[:, : self.m], metadata])
        _, kind = seen.unique(dim=0, return_inverse=True)
        had, asked = kind.split([len(self.rows), n])
        rows, number = had.argsort(stable=True), had.bincount(minlength=int(kind.max()) + 1)
        if not number[asked].all():
            raise ValueError(
                "metadata: no training sample has all of these values, and this model draws its metadata "
                "from them: ask for what they have, or for fewer fields"
            )
        uniform = torch.rand(n, generator=rng, device=rng.device, dtype=torch.float64)
        return self.rows[rows[(number.cumsum(0) - number)[asked] + (uniform * number[asked]).long()]]

    def metadata(self, n: int, rng: torch.Generator) -> Float[Tensor, "n a"]:
        """Metadata of n samples, without min/max."""
        return self.sample(n, rng)[:, : self.m]


def attributes(samples: Encoded) -> Float[Tensor, "n m"]:
    """A, the metadata and min/max of `samples` side by side."""
    return torch.cat([samples.metadata, samples.minmax], dim=1)


class FirstRecord(nn.Module):
    """The Gaussian distribution of the first record R₁ (§5.1.2), whatever the metadata are.

    It has a full covariance, and what it draws is clipped to the range of the encoding (D13).
    """

    mean: Tensor
    root: Tensor

    def __init__(self, blocks: tuple[Block, ...]) -> None:
        super().__init__()
        self.blocks = blocks
        c = width(blocks)
        self.register_buffer("mean", torch.zeros(c))
        self.register_buffer("root", torch.zeros(c, c))

    def learn(self, first: Float[Tensor, "n c"]) -> None:
        """Maximum likelihood; a covariance without full rank is fine."""
        values = first.double()
        self.mean = values.mean(dim=0).to(first)
        self.root = root(torch.cov(values.T, correction=0).reshape(values.shape[1], -1)).to(first).contiguous()

    def sample(self, n: int, rng: torch.Generator) -> Float[Tensor, "n c"]:
        """n first records."""
        noise = torch.randn((n, len(self.mean)), generator=rng, device=rng.device)
        return clip(self.mean + noise @ self.root.T, self.blocks)


def root(covariance: Float[Tensor, "c c"]) -> Float[Tensor, "c c"]:
    """A matrix r with r rᵀ = `covariance`, which need not have full rank."""
    variances, axes = torch.linalg.eigh(covariance)
    return axes * variances.clamp_min(0).sqrt()


def clip(values: Float[Tensor, "*n c"], blocks: tuple[Block, ...]) -> Float[Tensor, "*n c"]:
    """`values` within the range of each block's output activation."""
    return torch.cat([values[..., at].clamp(*block.range) for block, at in columns(blocks)], dim=-1)
