# %% [markdown]
# # Table 6 (Appendix A): the schema of GCUT
#
# The paper: the metadata and measurements of GCUT.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-table6` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table6

made = runs("table6")

# %%
frame = table6.compute(made)
frame.head(20)

# %%
Markdown(f"{table6.render(frame)}\n\n{summary(made)}")

# %% [markdown]
# ## What we see
#
# Nothing is trained here: the table is read off the schema of GCUT, and no result is committed yet. Look for one
# metadata field, the end event type with four values, and for nine measurements every five minutes. The paper's table
# lists the metadata and the measurements, and the rows here are to be compared with it one by one. The 2,500 records
# of the longest sample are our own limit, a little above the longest task of the paper.
