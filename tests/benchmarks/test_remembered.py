"""Once a dataset, and no longer than it."""

from __future__ import annotations

import gc
import weakref

import numpy as np

from benchmarks.remembered import remembered


def test_once_a_dataset_and_no_longer_than_it(made):
    asked = []

    @remembered
    def total(dataset):
        asked.append(len(dataset))
        return dataset.measurements.sum()

    one, equal = made(np.ones((2, 3))), made(np.ones((2, 3)))
    assert [total(one), total(one), total(equal)] == [6, 6, 6]
    assert asked == [2, 2]
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None
