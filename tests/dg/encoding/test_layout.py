from __future__ import annotations

import torch

from dg import Encoder
from dg.encoding import Block, columns, width

BLOCKS = (Block("kind", 3, "softmax"), Block("size", 1, "tanh"))


def test_blocks_lie_side_by_side() -> None:
    assert width(BLOCKS) == 4 and width(()) == 0
    assert list(columns(BLOCKS)) == [(BLOCKS[0], slice(0, 3)), (BLOCKS[1], slice(3, 4))]


def test_the_layout_of_a_dataset(toy) -> None:
    """Softmax for categories, tanh for [-1, 1], and half of a range is positive in either case (Appendix B)."""
    layout = Encoder.fit(toy).layout
    assert layout.metadata == BLOCKS
    assert [(block.name, block.activation) for block in layout.minmax] == [
        ("f0 (max+min)/2", "tanh"),
        ("f0 (max-min)/2", "sigmoid"),
        ("f1 (max+min)/2", "tanh"),
        ("f1 (max-min)/2", "sigmoid"),
    ]
    assert layout.measurements == (Block("f0", 1, "tanh"), Block("f1", 1, "tanh"))
    assert layout.max_length == 7 and not layout.fixed_length


def test_whose_minmax_lie_where(mixed) -> None:
    """The load fills column 0, the event columns 1 to 3 and the jobs column 4; an event has no min/max."""
    layout = Encoder.fit(mixed).layout
    assert layout.measurements == (Block("load", 1, "tanh"), Block("event", 3, "softmax"), Block("jobs", 1, "tanh"))
    assert layout.normalized == (0, 4) and [block.name[:4] for block in layout.minmax] == ["load"] * 2 + ["jobs"] * 2
    some = Encoder.fit(mixed, auto_normalize=["jobs"]).layout
    assert some.normalized == (4,) and [block.name for block in some.minmax] == ["jobs (max+min)/2", "jobs (max-min)/2"]
    assert Encoder.fit(mixed, auto_normalize=False).layout.normalized == ()


def test_a_model_finds_the_minmax_of_its_series(mixed) -> None:
    """What it would compute of the plain encoded series is what it is given, up to the widening of 0.0001 (D1)."""
    layout = Encoder.fit(mixed).layout
    given = Encoder.fit(mixed).encode(mixed).minmax
    plain = Encoder.fit(mixed, auto_normalize=False).encode(mixed)
    for pair, column in enumerate(layout.normalized):
        for sample, length in enumerate(plain.lengths):
            series = plain.measurements[sample, :length, column]
            middle, half = (series.max() + series.min()) / 2, (series.max() - series.min()) / 2
            torch.testing.assert_close(given[sample, 2 * pair], middle, atol=1e-6, rtol=0)
            torch.testing.assert_close(given[sample, 2 * pair + 1], half + 1e-4, atol=1e-6, rtol=0)


def test_sigmoid_for_the_range_from_0_and_no_minmax_without_auto_normalization(toy) -> None:
    layout = Encoder.fit(toy, range=(0.0, 1.0), auto_normalize=False).layout
    assert {block.activation for block in (*layout.metadata, *layout.measurements)} == {"softmax", "sigmoid"}
    assert layout.minmax == ()


def test_fixed_length_is_what_training_data_say(make) -> None:
    assert Encoder.fit(make(full=True)).layout.fixed_length


def test_encoded_samples_are_taken_and_moved_as_a_whole(toy) -> None:
    encoded = Encoder.fit(toy).encode(toy)
    some = encoded[torch.arange(10, 24)].to("cpu")
    assert len(encoded) == 24 and len(some) == 14
    for part in ("metadata", "minmax", "measurements", "lengths"):
        assert torch.equal(getattr(some, part), getattr(encoded, part)[10:])
