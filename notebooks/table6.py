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

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import table6

made = runs("table6")

# %%
frame = table6.compute(made)
frame.head(20)

# %%
Markdown(page("table6", frame, made))

# %% [markdown]
# ## What we see
#
# Nothing is trained: the table is read off the schema in the code (`results/schemas/`). GCUT: one metadata field, the
# end event type, and nine measurements, all shares of the largest machine.
