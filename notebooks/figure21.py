# %% [markdown]
# # Figure 21 (Appendix C): three generated samples and their nearest training samples, WWT
#
# The paper: generated samples differ from their nearest training samples: DoppelGANger does not memorise.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-figure21` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import figure21
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure21")

# %%
frame = figure21.compute(made)
frame.head(20)

# %%
Markdown(figure21.table(frame))

# %%
print(summary(made))
figure21.render(frame)

# %% [markdown]
# ## What we see
#
# No result is committed yet. The paper says that generated pages differ from their nearest training pages, so
# DoppelGANger does not memorise. Look for a probability of about 0.5 or less; the bootstrap, a copy, has 1. Then look
# at the median square error beside that of held-out pages, because pages that are too smooth or too alike lie near to
# everything. The three drawn pages only illustrate the number.
