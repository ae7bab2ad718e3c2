# %% [markdown]
# # Table 8 (Appendix A): the schema of MBA
#
# The paper: the metadata and measurements of MBA.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-table8` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import table8

made = runs("table8")

# %%
frame = table8.compute(made)
frame.head(20)

# %%
Markdown(page("table8", frame, made))

# %% [markdown]
# ## What we see
#
# Nothing is trained: the table is read off the schema in the code (`results/schemas/`). MBA: technology, ISP and
# state, of which the authors' file has numbers only (D32), and two measurements in 56 bins of six hours.
