# %% [markdown]
# # Figure 5 (§4.2): generated samples without and with auto-normalization, WWT: is there mode collapse?
#
# The paper: without auto-normalization, generated samples have similar shapes and amplitudes.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure5` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure5
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure5")

# %%
frame = figure5.compute(made)
frame.head(20)

# %%
Markdown(page("figure5", frame, made))

# %%
figure5.render(frame)

# %% [markdown]
# ## What we see
#
# On 1,506 real pages, 2,000 batches and three seeds (`results/wwt-real/figure5.md`) there is no collapse to be seen by
# these two numbers, without auto-normalization or with it: amplitudes are spread a little less than real ones (0.733
# and 0.691, real 0.844) and shapes are less similar than real ones (0.055 and 0.043, real 0.075), so both claims of
# the paper are inconclusive. The drawings show what the numbers do not: without auto-normalization many samples begin
# with the same burst. Views are scaled by their logarithm here (D1), which tames the range that the paper's samples
# differ by. At the smoke scale no model has trained long enough to say anything.
