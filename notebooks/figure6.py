# %% [markdown]
# # Figure 6 (§4.3): the distribution of (max + min)/2 over series, with and without the auxiliary discriminator
#
# The paper: the auxiliary discriminator brings the distribution of (max + min)/2 closer, in the tails above all.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure6` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure6
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure6")

# %%
frame = figure6.compute(made)
frame.head(20)

# %%
Markdown(page("figure6", frame, made))

# %%
figure6.render(frame)

# %% [markdown]
# ## What we see
#
# On real rows (`results/wwt-real/`, three seeds, 2,000 batches) the distance is 0.476 with the auxiliary discriminator
# and 0.487 without in log₁₀ views, 0.97 times (0.91 to 1), so that three seeds do not decide. TimeGAN (0.639) and RCGAN
# (1.283) are farther on their short budgets, and resampled pages have 0.046: none has learnt the distribution yet.
