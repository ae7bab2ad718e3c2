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
# On 1,506 real pages, 2,000 batches and three seeds (`results/wwt-real/figure19.md`) DoppelGANger's divergence
# (0.0003) is that of resampled real rows, and the naive GAN's (0.026) is a hundred times as large with each seed: it
# draws the rarer domain a third as often as it should. The interval over three seeds, of ratios, is too wide to
# decide. These rows have only two of the nine domains (`de` and `es`), an easy test. AR, the RNN and the HMM are left
# out because they draw their metadata from the training samples.
