"""Table 8 (Appendix A): the schema of MBA."""

from __future__ import annotations

from functools import partial

from dg.datasets.mba import SCHEMA
from experiments.paper.artifact import Paper
from experiments.studies import schemas

PAPER = Paper(name="Table 8", section="A", claim="the metadata and measurements of MBA")
compute = partial(schemas.compute, schema=SCHEMA)
render = schemas.render
