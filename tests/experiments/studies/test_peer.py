"""Rows of the peer in Tables 2 and 3, where its samples have been made."""

from __future__ import annotations

import pytest

from experiments.ink.models import PEER, competitors, kind_of, label_of
from experiments.studies import peer
from experiments.tables import table2, table3


@pytest.mark.parametrize(("table", "dataset", "score"), [(table2, "mba", "w1"), (table3, "wwt", "mse")])
def test_it_has_a_row_where_its_samples_are_there(smoke, monkeypatch, table, dataset, score):
    run = smoke(f"dataset={dataset}", "model=bootstrap")
    assert PEER not in set(table.compute([run])["model"])
    monkeypatch.setattr(peer, "samples", lambda run: run.generated)
    frame = table.compute([run]).set_index("model")
    assert list(frame.loc[[PEER], score]) == list(frame.loc[["bootstrap"], score])
    assert label_of(PEER) in table.render(table.compute([run]))


def test_it_is_no_competitor_of_doppelganger_but_one_itself():
    assert kind_of(PEER) == "doppelganger" and competitors([PEER, "ar"]) == ["ar"]


def test_samples_of_other_settings_are_not_its(smoke):
    """Another scale of the views, S or budget trains another peer."""
    usual, *others = (
        peer.folder(smoke("model=bootstrap", *chosen))
        for chosen in ([], ["dataset.log=[]"], ["+dataset.sample_len=5"], ["scale.batches=3"], ["seed=1"])
    )
    assert len({usual, *others}) == 5 and {folder.parent for folder in others} == {usual.parent}
