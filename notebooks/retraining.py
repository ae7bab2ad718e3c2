# %% [markdown]
# # Retraining (§6.1): other distributions of metadata for a trained DoppelGANger, and what rejection sampling costs
#
# The paper: the metadata generator alone can be retrained to any distribution, P(R | A) stays, and rejecting samples
# is inefficient; it gives no number.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-retraining` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import retraining

made = runs("retraining")

# %%
frame = retraining.compute(made)
frame.head(20)

# %%
Markdown(page("retraining", frame, made))

# %% [markdown]
# ## What we see
#
# Nothing yet: say here what the numbers and drawings above show.
