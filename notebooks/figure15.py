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
# On real pages, three seeds (`results/wwt-real-privacy/`, 4,000 batches): who holds the model is right in 97.0 % of
# guesses with 200 training pages, 90.8 % with 500, 72.4 % with 1,000 and 63.2 % with 1,506, so more data help, as the
# paper says. Who has generated samples alone does no better than guessing, and finds what a bootstrap copies. At scale
# smoke all four sizes are the same 100 samples, and ten batches teach the critic next to nothing.
