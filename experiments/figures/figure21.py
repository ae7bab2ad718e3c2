"""Figure 21 (Appendix C): three generated samples and their nearest training samples, WWT."""

from __future__ import annotations

from functools import partial

from experiments.paper.artifact import Paper
from experiments.studies import memorization

PAPER = Paper(name="Figure 21", section="C", claim=memorization.CLAIM)
compute = memorization.compute
render = partial(memorization.render, label="daily page views, normalized")
table = memorization.table
claims = memorization.claims
