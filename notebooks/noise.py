# %% [markdown]
# # Noise numbers of a pass and averaged weights, beyond the paper: which do the validation split's metrics prefer?
#
# The paper: silent on how wide the noise of an RNN pass is, and on averaging weights.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-noise` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import noise

made = runs("noise")

# %%
frame = noise.compute(made)
frame.head(20)

# %%
Markdown(page("noise", frame, made))

# %% [markdown]
# ## What we see
#
# On real pages (`results/wwt-real/noise.md`, three seeds, 2,000 batches) the lowest median error on V is that of eleven
# noise numbers a pass, as many as records, with weights averaged at a decay of 0.99: 0.00052, where real samples have
# 0.00008. So it was after 16,000 batches of an earlier version, by which D45 chose; A′ was not looked at. With each
# width this average is better than the last weights, and a decay of 0.999 is worse: it is too slow for so short a
# training. Five numbers have 0.00070 and twenty-two 0.00065, with ranges over seeds that overlap a little, so that the
# choice is no more than a good guess.
