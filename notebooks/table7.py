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

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import table7

made = runs("table7")

# %%
frame = table7.compute(made)
frame.head(20)

# %%
Markdown(page("table7", frame, made))

# %% [markdown]
# ## What we see
#
# Nothing is trained: the table is read off the schema in the code (`results/schemas/`). WWT: domain, access type and
# agent type, and one measurement, the views of a day, of 550 days.
