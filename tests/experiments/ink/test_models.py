"""What models are called in tables and figures."""

from __future__ import annotations

import pytest

from experiments.ink.models import label_of


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("rcgan_kept", "RCGAN, lowest MMD"),
        ("rcgan_best_kept", "RCGAN, at its best, lowest autocorrelation MSE"),
        ("nobody_kept", "nobody_kept"),
    ],
)
def test_a_generator_that_was_kept_is_called_by_what_chose_it(name, label):
    assert label_of(name) == label
