# %% [markdown]
# # Figure 16 (§6.2): autocorrelation of daily page views under differential privacy, WWT
#
# The paper: private training destroys the autocorrelation already at moderate ε, and the more so the smaller ε is.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure16` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure16
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure16")

# %%
frame = figure16.compute(made)
frame.head(20)

# %%
Markdown(page("figure16", frame, made))

# %%
figure16.render(frame)

# %% [markdown]
# ## What we see
#
# On 1,506 real pages, three seeds (`results/wwt-real-privacy/`, 2,000 batches): as the paper says, noise destroys the
# autocorrelation; with noise 0.1, which promises nothing, the week has gone already, and with more of it spikes remain
# at every eleventh day, the records of one pass of the RNN. Private training that begins with simulated pages (ε = 10)
# has a third of the error with noise 1, but it unlearns the week that simulated pages have. One noisy sum over all
# pages, the private Gaussian, keeps both with ε = 1: it is closer than DoppelGANger without privacy.
