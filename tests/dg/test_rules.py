"""Constraints that go together; those that do not are in tests/bad_input/schemas.py."""

from __future__ import annotations

import pytest

from dg import Continuous, Schema

COUNTS = (Continuous("jobs", low=0, integer=True, increasing=True), Continuous("load", low=-1.0))


@pytest.mark.parametrize(
    "field",
    [
        Continuous("x", at_most="jobs"),
        Continuous("x", at_most="jobs", low=0, integer=True, increasing=True),
        Continuous("x", at_most="jobs", low=-3.5, high=1.0),
        Continuous("x", at_most="load"),
        Continuous("x", at_most="load", low=-1),
        Continuous("x", sum_of=("jobs",), integer=True),
        Continuous("x", sum_of=("load", "jobs")),
    ],
    ids=str,
)
@pytest.mark.parametrize("first", [True, False])
def test_what_decoding_can_keep_is_accepted_in_any_order(field: Continuous, first: bool) -> None:
    fields = (field, *COUNTS) if first else (*COUNTS, field)
    assert Schema("s", (), fields, 3).measurements == fields


def test_a_field_may_be_the_bound_of_several_and_have_one_itself_and_parts_of_a_sum_may_have_constraints() -> None:
    fields = (
        Continuous("low", at_most="middle"),
        Continuous("lower", at_most="middle"),
        Continuous("middle", increasing=True),
        Continuous("sum", sum_of=("low", "middle")),
        Continuous("another sum", sum_of=("low", "lower")),
        Continuous("lowest", at_most="lower"),
    )
    assert Schema("s", (Continuous("a", at_most="b"), Continuous("b")), fields, 3).measurements == fields
