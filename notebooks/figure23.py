# %% [markdown]
# # Figure 23 (Appendix C): three generated samples and their nearest training samples, MBA
#
# The paper: generated samples differ from their nearest training samples: DoppelGANger does not memorise.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure23` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure23
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure23")

# %%
frame = figure23.compute(made)
frame.head(20)

# %%
Markdown(figure23.table(frame))

# %%
print(summary(made))
figure23.render(frame)

# %% [markdown]
# ## What we see
#
# No result is committed yet. The paper says that generated homes differ from their nearest training homes, so
# DoppelGANger does not memorise. Look for a probability of about 0.5 or less, both for DoppelGANger and for the
# variant as released; the bootstrap, a copy, has 1. Then look at the median square error beside that of held-out
# homes, because a model that has trained too little is far from everything and cannot memorise. The three drawn homes
# only illustrate the number.
