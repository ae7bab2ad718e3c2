# %% [markdown]
# # Figure 4 (§4.1): the error of the autocorrelation by the batch parameter S, the records of one RNN pass, WWT
#
# The paper: even a small S, but larger than 1, improves signals substantially; the larger S, the harder is a pass; S
# = 5 works well, and T/S around 50 (§4.4).
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure4` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure4
from experiments.paper.artifact import page
from experiments.paper.grid import runs

made = runs("figure4")

# %%
frame = figure4.compute(made)
frame.head(20)

# %%
Markdown(page("figure4", frame, made))

# %%
figure4.render(frame)

# %% [markdown]
# ## What we see
#
# No committed result yet. At scale smoke ten batches train nothing, and the drawing says how far away each S begins: a
# small one with many passes of an untrained RNN, a large one with few. It is not the drawing of the paper, which is
# of trained models.
