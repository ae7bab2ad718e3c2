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
