# %% [markdown]
# # Table 7 (Appendix A): the schema of WWT
#
# The paper: the metadata and measurements of WWT.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-table7` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import table7

made = runs("table7")

# %%
frame = table7.compute(made)
frame.head(20)

# %%
Markdown(f"{table7.render(frame)}\n\n{summary(made)}")

# %% [markdown]
# ## What we see
#
# Nothing is trained here: the table is read off the schema of WWT, and no result is committed yet. Look for three
# metadata fields (domain, access and agent) and for one measurement, the views of each day, over 550 days. The
# paper's table lists the metadata and the measurement, and the rows here are to be compared with it one by one. The
# schema has nine domains, but the real rows behind our results have only two of them (`de` and `es`).
