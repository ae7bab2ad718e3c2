"""Who is a member, who is judged by which attack, and that the numbers are those of the critic's scores."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.studies.attacks import CRITIC, DISTANCE, RATIO, attacked

pytestmark = pytest.mark.slow


def test_members_are_training_samples_and_others_are_held_out(smoke):
    """Of 60 members and 80 of A′ 60 each; the attacks with a reference have the other half of A′ for it, 40 each."""
    run = smoke("model=doppelganger", "+model.training_samples=60")
    frame = attacked([run])
    whole = frame[frame["group"] == "all"].set_index("attack")
    assert list(whole.index) == [CRITIC, RATIO, DISTANCE] and (whole["samples"] == 60).all()
    assert whole[["members", "nonmembers"]].to_numpy().tolist() == [[60, 60], [40, 40], [40, 40]]
    inside = run.generator.scores(run.real.train)
    outside = run.generator.scores(run.real.held_out.take(np.sort(np.random.default_rng(0).permutation(80)[:60])))
    called = np.sort(np.concatenate([inside, outside]))[-60]
    assert whole.loc[CRITIC, "success"] == np.mean(inside >= called)
    assert whole.loc[CRITIC, "auc"] == pytest.approx(np.mean(inside[:, None] > outside))
    assert frame["found at 0.001"].isna().all() and whole["found at 0.1"].notna().all()
    assert (frame["group"] == "agent: all-agents").any() and (frame[["members", "nonmembers"]] >= 10).all(axis=None)
    assert frame.equals(attacked([run]))


def test_the_bootstrap_has_no_critic_and_is_caught(smoke):
    whole = attacked([smoke("model=bootstrap")]).query("group == 'all'").set_index("attack")
    assert list(whole.index) == [RATIO, DISTANCE]
    assert (whole["z"] > 3).all() and (whole["auc"] > 0.75).all()


def test_who_generates_no_metadata_is_judged_by_series(smoke):
    run = smoke("model=rcgan", "batches=1", "scale.validation.samples=10")
    assert "metadata" in run.lacks and set(attacked([run])["attack"]) == {RATIO, DISTANCE}


def test_it_needs_held_out_samples(smoke):
    with pytest.raises(ValueError, match=r"choose dataset\.held_out=0\.5"):
        attacked([smoke("dataset=mba", "model=bootstrap")])
