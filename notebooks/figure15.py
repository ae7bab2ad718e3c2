# %% [markdown]
# # Figure 15 (§6.2): how often a guess about membership is right, by the number of training samples, WWT
#
# The paper: with 200 training samples 99.5 % of guesses about membership are right, and fewer with more samples.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure15` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure15
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure15")

# %%
frame = figure15.compute(made)
frame.head(20)

# %%
Markdown(page("figure15", frame, made))

# %%
figure15.render(frame)

# %% [markdown]
# ## What we see
#
# Not measured on real pages yet. At scale smoke all four sizes are the same 100 samples, and 20 batches teach the
# critic next to nothing. What shows even there is the bootstrap, whose copies give its members away.
