"""Figure 22 (Appendix C): three generated samples and their nearest training samples, GCUT."""

from __future__ import annotations

from functools import partial

from experiments.paper.artifact import Paper
from experiments.studies import memorization

PAPER = Paper(name="Figure 22", section="C", claim=memorization.CLAIM)
compute = memorization.compute
render = partial(memorization.render, label="CPU rate, normalized")
table = memorization.table
claims = memorization.claims
