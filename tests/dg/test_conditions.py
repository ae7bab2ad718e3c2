"""Other metadata distributions: what is asked for holds, and all the rest is as the model draws it given that."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import chisquare, ks_2samp

from dg import Categorical, Continuous, Encoder, GenerativeModule, Generator, Schema, TimeSeriesDataset, fit
from dg import generator as house
from dg.encoding import Encoded
from dg.rejection import TRIES

KINDS = torch.tensor([0.6, 0.39, 0.01])
TIERS = torch.tensor([[0.2, 0.8], [0.9, 0.1], [0.5, 0.5]])  # given the kind
SIZES = torch.tensor(
    [[0.5, 0.3, 0.2, 0, 0], [0, 0, 0.2, 0.3, 0.5], [0.2, 0.2, 0.2, 0.2, 0.2]]
)  # 1 to 5, given the kind


class Urn(GenerativeModule):
    """Metadata of known probabilities; a series' level is 10 times its size, with noise. It is drawn whole."""

    def training_step(self, batch: Encoded, batch_index: int) -> None: ...

    def _drawn(self, n: int, rng: torch.Generator) -> torch.Tensor:
        kind = KINDS.multinomial(n, replacement=True, generator=rng)
        tier = TIERS[kind].multinomial(1, generator=rng)[:, 0]
        size = SIZES[kind].multinomial(1, generator=rng).float() / 2 - 1
        one_hot = torch.nn.functional.one_hot
        return torch.cat([one_hot(kind, 3).float(), one_hot(tier, 2).float(), size], dim=1)

    def _series(self, metadata: torch.Tensor, rng: torch.Generator) -> Encoded:
        n, none = len(metadata), metadata[:, :0]
        level = metadata[:, 5:, None] * 0.8 + 0.05 * torch.randn((n, 2, 1), generator=rng)
        return Encoded(metadata, none, level, torch.full((n,), 2))

    def generate(self, n: int, rng: torch.Generator) -> Encoded:
        return self._series(self._drawn(n, rng), rng)


class Told(Urn):
    """The same, and it can be told its metadata."""

    def draw_metadata(self, n: int, rng: torch.Generator) -> torch.Tensor:
        return self._drawn(n, rng)

    def generate(self, n: int, rng: torch.Generator, metadata: torch.Tensor | None = None) -> Encoded:
        return self._series(self._drawn(n, rng) if metadata is None else metadata, rng)


def urn(model: type[Urn]) -> Generator:
    schema = Schema(
        "urn",
        (Categorical("kind", ("a", "b", "c")), Categorical("tier", ("0", "1")), Continuous("size", integer=True)),
        (Continuous("level"),),
        max_length=2,
    )
    metadata = pd.DataFrame({"kind": ["a", "b", "c", "a", "b"], "tier": list("01010"), "size": [1, 2, 3, 4, 5]})
    series = np.linspace(0, 60, 10, dtype=np.float32).reshape(5, 2, 1)
    train = TimeSeriesDataset(schema, metadata, series, np.full(5, 2))
    encoder = Encoder.fit(train, auto_normalize=False)
    return Generator(encoder, model(encoder.layout))


@pytest.fixture(params=[Urn, Told], ids=["whole", "told"])
def drawn(request: pytest.FixtureRequest) -> Generator:
    return urn(request.param)


def as_probable(column: pd.Series, shares: dict[object, float]) -> None:
    """Raises unless values are as often there as they should be, and no others."""
    seen = column.value_counts()
    assert set(seen[seen > 0].index) <= set(shares)
    wanted = pd.Series(shares) / sum(shares.values()) * len(column)
    assert chisquare(seen.reindex(wanted.index).fillna(0), wanted).pvalue > 1e-4


def test_the_rest_is_drawn_given_a_value(drawn: Generator) -> None:
    sampled = drawn.sample(3000, seed=0, metadata={"kind": "b"})
    assert set(sampled.metadata["kind"]) == {"b"}
    as_probable(sampled.metadata["tier"], {"0": 0.9, "1": 0.1})
    as_probable(sampled.metadata["size"], {3.0: 0.2, 4.0: 0.3, 5.0: 0.5})
    level = 60 * (0.5 + 0.4 * (sampled.metadata["size"].to_numpy()[:, None] / 2 - 1.5))
    residuals = sampled.measurement("level") - level
    assert abs(residuals.mean()) < 0.1 and residuals.std() == pytest.approx(1.5, rel=0.05)


def test_a_range_and_an_exact_number(drawn: Generator) -> None:
    sampled = drawn.sample(3000, seed=1, metadata={"size": (2, 3)})
    weights = {"a": 0.6 * 0.5, "b": 0.39 * 0.2, "c": 0.01 * 0.4}  # Bayes
    as_probable(sampled.metadata["kind"], weights)
    assert set(sampled.metadata["size"]) == {2.0, 3.0}
    assert set(drawn.sample(50, seed=1, metadata={"size": 5}).metadata["size"]) == {5.0}


def test_weights_are_a_distribution_of_their_own(drawn: Generator) -> None:
    """Independent of each other, whatever the model's own are; the rest follows them."""
    sampled = drawn.sample(3000, seed=2, metadata={"kind": {"b": 2, "a": 6}, "tier": {"0": 0, "1": 5}, "size": [3, 5]})
    as_probable(sampled.metadata["kind"], {"a": 0.75, "b": 0.25})
    assert set(sampled.metadata["tier"]) == {"1"}
    assert set(sampled.metadata["size"][sampled.metadata["kind"] == "a"]) == {3.0}
    as_probable(sampled.metadata["size"][sampled.metadata["kind"] == "b"], {3.0: 0.2, 4.0: 0.3, 5.0: 0.5})


def test_a_table_has_a_row_a_sample(drawn: Generator) -> None:
    rng = np.random.default_rng(0)
    asked = pd.DataFrame({"size": rng.integers(1, 4, 1200), "tier": rng.choice(["0", "1"], 1200)})
    sampled = drawn.sample(1200, seed=0, metadata=asked)
    assert (sampled.metadata["size"] == asked["size"]).all() and (sampled.metadata["tier"] == asked["tier"]).all()
    of = sampled.metadata["kind"][(asked["size"] == 3) & (asked["tier"] == "1")]
    as_probable(of, {"a": 0.6 * 0.8 * 0.2, "b": 0.39 * 0.1 * 0.2, "c": 0.01 * 0.5 * 0.2})


@pytest.mark.slow
@pytest.mark.parametrize(
    "asked",
    [{"kind": "a"}, {"size": (2, 4)}, {"kind": {"a": 1, "b": 1}, "tier": "0"}, {"kind": "b", "tier": 0, "size": 5}],
)
def test_a_sample_is_the_same_whatever_n(
    drawn: Generator, asked: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "CHUNK", 50)
    most = drawn.sample(170, seed=3, metadata=asked)
    for n in (1, 49, 50, 120):
        assert drawn.sample(n, seed=3, metadata=asked).fingerprint == most.take(slice(n)).fingerprint
    table = pd.DataFrame({"kind": ["a", "b"] * 60})
    rows = drawn.sample(120, seed=3, metadata=table).take(slice(70))
    assert drawn.sample(70, seed=3, metadata=table[:70]).fingerprint == rows.fingerprint


def test_what_is_too_rare_is_told_and_what_is_wholly_told_is_never_rare() -> None:
    asked = {"kind": "c", "tier": "0", "size": 1}  # once in a thousand samples
    words = rf"of {TRIES:,} samples \d+ had \{{'kind': 'c', 'tier': '0', 'size': 1\.0\}}: it is too rare to wait for"
    rarer = asked | {"kind": {"c": 1}}
    scarce = pd.DataFrame({"kind": ["a"] * 600 + ["c"], "tier": "1", "size": 5})
    for wanted, n in ((asked, 400), (rarer, 400), (scarce, 601)):
        sampled = urn(Told).sample(n, seed=0, metadata=wanted)
        assert set(sampled.metadata["kind"].iloc[-1:]) == {"c"}
    KINDS[2] = 0.0001
    try:
        with pytest.raises(ValueError, match=words):
            urn(Urn).sample(400, seed=0, metadata=asked)
        with pytest.raises(ValueError, match=r"had \{'kind': 'c', 'size': \(1\.0, 5\.0\)\}: it is too rare.*retrain"):
            urn(Told).sample(400, seed=0, metadata={"kind": "c", "size": (1, 5)})
    finally:
        KINDS[2] = 0.01


def test_doppelganger_draws_what_filtering_would_keep(make: Callable, small) -> None:
    """An independent oracle: samples without a condition, of which those that have it are kept."""
    generator = fit(small(metadata_units=20), make(n=60), batches=30, seed=0, accelerator="cpu")
    everything = generator.sample(20_000, seed=1)
    kind = everything.metadata["kind"].value_counts().index[1]
    kept = everything.where(kind=kind)
    assert 200 < len(kept) < 19_000
    sampled = generator.sample(3000, seed=2, metadata={"kind": kind}, lengths=None)
    assert set(sampled.metadata["kind"]) == {kind}
    assert ks_2samp(sampled.metadata["size"], kept.metadata["size"]).pvalue > 1e-3
    assert ks_2samp(sampled.lengths, kept.lengths).pvalue > 1e-3
    for column in range(2):
        assert ks_2samp(sampled.measurements[:, 0, column], kept.measurements[:, 0, column]).pvalue > 1e-3


def test_doppelganger_takes_metadata_lengths_and_all_fields_at_once(toy: TimeSeriesDataset, small) -> None:
    """Fractions come back as they were asked for."""
    generator = fit(small(), toy, batches=2, seed=0, accelerator="cpu")
    low, high = generator.encoder.outer("size")
    asked = pd.DataFrame({"size": np.linspace(low, high, 9), "kind": list("abcabcabc")})
    sampled = generator.sample(9, seed=0, metadata=asked, lengths=list(range(1, 10)))
    assert (sampled.metadata["size"] == asked["size"]).all() and (sampled.metadata["kind"] == asked["kind"]).all()
    assert list(sampled.lengths) == list(range(1, 10)) and sampled.schema.max_length == 9
