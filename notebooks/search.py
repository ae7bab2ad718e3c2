# %% [markdown]
# # Search, beyond the paper: a dozen trials of every model, compared with the validation split V alone (D55)
#
# The paper: nothing of a search: Appendix B names one setting of each model.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-search` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import search

made = runs("search")

# %%
frame = search.compute(made)
frame.head(20)

# %%
Markdown(page("search", frame, made))

# %% [markdown]
# ## What we see
#
# Nothing yet: say here what the numbers and drawings above show.
