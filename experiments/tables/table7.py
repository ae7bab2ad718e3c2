"""Table 7 (Appendix A): the schema of WWT."""

from __future__ import annotations

from functools import partial

from dg.datasets.wwt import SCHEMA
from experiments.paper.artifact import Paper
from experiments.studies import schemas

PAPER = Paper(name="Table 7", section="A", claim="the metadata and measurements of WWT")
compute = partial(schemas.compute, schema=SCHEMA)
render = schemas.render
