# %% [markdown]
# # Training curves, beyond the paper: how each model's losses and its validation metric move while it trains
#
# The paper: all models of Table 3 train until they are done; the paper does not say how it tells.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-training` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import training
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("training")

# %%
frame = training.compute(made)
frame.head(20)

# %%
Markdown(page("training", frame, made))

# %%
training.render(frame)

# %% [markdown]
# ## What we see
#
# On real rows (`results/wwt-real/`, of earlier versions) the losses and metrics of AR, HMM, the Market Simulator and
# RCGAN move by a tenth at most over the last eighth of their budgets. TimeGAN has not levelled off after 400
# iterations: its losses still fall by 3 to 67 % (D26). The naive GAN's metric rises by a quarter, so that more
# batches would not help it; RCGAN as released stays where all of its values are the same.
