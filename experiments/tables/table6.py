"""Table 6 (Appendix A): the schema of GCUT."""

from __future__ import annotations

from functools import partial

from dg.datasets.gcut import SCHEMA
from experiments.paper.artifact import Paper
from experiments.studies import schemas

PAPER = Paper(name="Table 6", section="A", claim="the metadata and measurements of GCUT")
compute = partial(schemas.compute, schema=SCHEMA)
render = schemas.render
