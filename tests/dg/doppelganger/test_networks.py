"""The networks of Figure 7: what is generated from what, and where gradients go."""

from __future__ import annotations

import pytest
import torch

from dg.doppelganger.networks import DoppelGANgerGenerator, active_blocks
from dg.encoding import Block, Layout
from dg.randomness import stream

LAYOUT = Layout(
    metadata=(Block("kind", 3, "softmax"), Block("size", 1, "tanh")),
    minmax=(Block("(max+min)/2", 1, "tanh"), Block("(max-min)/2", 1, "sigmoid")),
    measurements=(Block("f0", 1, "tanh"),),
    max_length=7,
    fixed_length=False,
)
SIZES = {
    "sample_len": 3,
    "metadata_noise": 5,
    "minmax_noise": 4,
    "measurement_noise": 2,
    "metadata_layers": 2,
    "metadata_units": 10,
    "lstm_layers": 1,
    "lstm_units": 8,
    "initial_state": "random",
    "flags": True,
}


def generator(layout: Layout = LAYOUT, **options) -> DoppelGANgerGenerator:
    torch.manual_seed(0)
    return DoppelGANgerGenerator(layout, **{**SIZES, **options})


def gradients(part: torch.nn.Module | None) -> float:
    assert part is not None
    return sum(0.0 if p.grad is None else p.grad.abs().sum().item() for p in part.parameters() if p.requires_grad)


def test_who_receives_what() -> None:
    """§4.3: min/max from noise and metadata, records from noise, metadata and min/max; 3 passes of 3 for T = 7."""
    networks = generator()
    assert networks.passes == 3
    assert networks.metadata is not None and networks.minmax is not None
    assert networks.metadata.body[0].in_features == 5
    assert networks.minmax.body[0].in_features == 4 + 4
    assert networks.measurements.lstm.input_size == 4 + 2 + 2
    assert networks.measurements.heads.linear.out_features == 3 * (1 + 2)
    noise = networks.noise(6, stream(0))
    assert [part.shape for part in noise] == [(6, 5), (6, 4), (6, 3, 2), (1, 6, 8), (1, 6, 8)]
    series = networks(noise)
    assert [part.shape for part in series] == [(6, 4), (6, 2), (6, 9, 1), (6, 9, 2)]


def test_metadata_receive_no_gradient_through_the_lstm_nor_does_minmax() -> None:
    networks = generator()
    series = networks(networks.noise(6, stream(0)))
    (series.measurements.square().sum() + series.flags.square().sum()).backward()
    assert gradients(networks.metadata) == 0 and gradients(networks.minmax) == 0
    assert gradients(networks.measurements.lstm) > 0


def test_metadata_receive_no_gradient_through_minmax() -> None:
    networks = generator()
    networks(networks.noise(6, stream(0))).minmax.square().sum().backward()
    assert gradients(networks.metadata) == 0
    assert gradients(networks.minmax) > 0 and gradients(networks.measurements) == 0


def test_metadata_learn_from_what_a_discriminator_sees_of_them() -> None:
    networks = generator()
    networks(networks.noise(6, stream(0))).metadata.square().sum().backward()
    assert gradients(networks.metadata) > 0
    assert gradients(networks.minmax) == 0 and gradients(networks.measurements) == 0


def test_discriminators_see_soft_categories_and_the_lstm_hard_ones() -> None:
    networks = generator()
    seen: list[torch.Tensor] = []
    networks.measurements.lstm.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    series = networks(networks.noise(6, stream(0)))
    kinds = series.metadata[:, :3]
    assert ((kinds > 0) & (kinds < 1)).all()
    one_hot = torch.nn.functional.one_hot(kinds.argmax(dim=1), 3).float()
    for step in range(3):
        assert torch.equal(seen[0][:, step, :3], one_hot)
        assert torch.equal(seen[0][:, step, 3], series.metadata[:, 3])
        assert torch.equal(seen[0][:, step, 4:6], series.minmax)


def test_every_pass_has_noise_of_its_own() -> None:
    noise = generator().noise(2000, stream(0))
    assert noise.measurements.std().item() == pytest.approx(1, abs=0.05)
    flat = noise.measurements.flatten(1)
    assert (torch.corrcoef(flat.T) - torch.eye(6)).abs().max() < 0.1


@pytest.mark.parametrize("initial_state", ["random", "zero"])
def test_the_lstm_begins_where_the_noise_says(initial_state: str) -> None:
    networks = generator(initial_state=initial_state)
    noise = networks.noise(400, stream(0))
    states: list[tuple[torch.Tensor, torch.Tensor]] = []
    networks.measurements.lstm.register_forward_pre_hook(lambda _, inputs: states.append(inputs[1]))
    networks(noise)
    ((h, c),) = states
    assert torch.equal(h, noise.hidden) and torch.equal(c, noise.cell)
    if initial_state == "random":
        assert h.std().item() == pytest.approx(1, abs=0.05) and not torch.equal(h, c)
    else:
        assert not h.any() and not c.any()


def test_the_same_noise_gives_the_same_samples() -> None:
    networks = generator()
    one, two = (networks(networks.noise(4, stream(3))) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))


def test_block_masking_by_hand() -> None:
    """S = 2, six records. A block is active if every record before it says "continue"; in it nothing is masked."""
    go, end, tie = [0.9, 0.1], [0.1, 0.9], [0.5, 0.5]
    flags = torch.tensor(
        [
            [go, go, go, go, go, go],
            [end, go, go, go, go, go],
            [go, end, go, go, go, go],
            [go, go, end, go, go, go],
            [tie, tie, go, end, go, go],
            [go, go, go, go, end, end],
        ]
    )
    assert active_blocks(flags, 2)[..., 0].tolist() == [
        [1, 1, 1, 1, 1, 1],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 0, 0],
        [1, 1, 1, 1, 1, 1],
    ]


def test_masked_blocks_are_zero_in_records_and_flags_and_take_no_gradient() -> None:
    networks = generator()
    with torch.no_grad():
        networks.measurements.heads.linear.bias.view(3, 3)[:, 2] = 50.0  # every flag says "end"
    noise = networks.noise(4, stream(0))
    series = networks(noise)
    assert series.measurements[:, :3].all() and not series.measurements[:, 3:].any() and not series.flags[:, 3:].any()
    unmasked = networks(noise, lengths=torch.full((len(noise.metadata),), 7))
    assert unmasked.measurements.all()
    assert torch.equal(unmasked.measurements[:, :3], series.measurements[:, :3])


@pytest.mark.parametrize("part", ["metadata", "minmax", "both"])
def test_parts_may_be_missing(part: str) -> None:
    nothing = {"metadata": (), "minmax": ()} if part == "both" else {part: ()}
    layout = Layout(**{**vars(LAYOUT), **nothing})
    networks = generator(layout)
    series = networks(networks.noise(4, stream(0)))
    assert [getattr(series, name).shape[1] for name in nothing] == [0] * len(nothing)
    assert series.measurements.shape == (4, 9, 1)
