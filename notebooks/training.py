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
# On real rows (`results/wwt-real/`, 2,000 batches, RNN 400, RCGAN 100, TimeGAN 40) DoppelGANger's validation metric has
# fallen to a seventh and still falls, by 6 % over the last eighth. The Market Simulator and DoppelGANger as released
# have levelled off; the naive GAN, AR, the RNN and TimeGAN jump up and down with hardly a trend; RCGAN as released
# stays where all of its values are the same; the HMM is worse by its metric the better it fits.
