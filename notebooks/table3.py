# %% [markdown]
# # Table 3 (§5.2): mean square error of the autocorrelation of daily page views, WWT
#
# The paper: DoppelGANger is closest to the real autocorrelation; then RCGAN, naive GAN, ..., AR, HMM.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-table3` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import table3

made = runs("table3")

# %%
frame = table3.compute(made)
frame.head(20)

# %%
Markdown(page("table3", frame, made))

# %% [markdown]
# ## What we see
#
# On real rows (`results/wwt-real-released/`, three seeds) DoppelGANger's median error is 0.00015, a sixth of what its
# release has there and a twentieth of shuffled series'. A Gaussian for each kind of metadata, fitted in a fraction of
# a second, has 0.00006: this metric alone does not show that a model is good. Of the other deep models, those of
# `results/wwt-real/` are near the error of shuffled series or above it.
