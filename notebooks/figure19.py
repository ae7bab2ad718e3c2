# %% [markdown]
# # Figure 19 (Appendix C): the histogram of Wikipedia domains, WWT
#
# The paper: DoppelGANger learns the distribution of domains fairly well, the naive GAN does not.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure19` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure19
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure19")

# %%
frame = figure19.compute(made)
frame.head(20)

# %%
Markdown(page("figure19", frame, made))

# %%
figure19.render(frame)

# %% [markdown]
# ## What we see
#
# No result is committed yet. The paper says that DoppelGANger learns the distribution of domains fairly well and that
# the naive GAN does not. Look for a Jensen-Shannon divergence of DoppelGANger near those of the bootstrap and of the
# other real half, and for domains that a model never gives. AR, the RNN and the HMM are left out because they draw
# their metadata from the training samples. The real rows behind our other WWT results have only two domains (`de` and
# `es`), so they would be an easy test.
