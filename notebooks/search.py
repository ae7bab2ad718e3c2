# %% [markdown]
# # Search, beyond the paper: a dozen trials of every model, compared with the validation split V alone (D55)
#
# The paper: nothing of a search: Appendix B names one setting of each model.
#
# `SCALE` and `DATA` of the environment choose the scale (smoke unless named) and real data in the simulator's place.
# Runs that `make reproduce-search` has made are read, not made again.
#
# Written by `python -m experiments.notebooks`; only what we see, below, is written by hand.

# %%
from IPython.display import Markdown

from experiments.paper.artifact import page
from experiments.paper.grid import runs
from experiments.tables import search

made = runs("search")

# %%
frame = search.compute(made)
frame.head(20)

# %%
Markdown(page("search", frame, made))

# %% [markdown]
# ## What we see
#
# On real pages (`results/wwt-real-search-MODEL`, one seed, short budgets, judged by V alone) the settings of its
# paper are an AR's eleventh of twelve trials, an RNN's eleventh, a TimeGAN's twelfth, an HMM's ninth, a naive GAN's
# seventh, an RCGAN's sixth and a Market Simulator's third. Auto-normalization, DoppelGANger's own idea, is in the
# best trial of each of them. So a table of models "as their papers say" compares settings as much as models, and the
# presets "at their best" stand beside those of their papers. Of DoppelGANger no setting is best everywhere: what is
# best on pages is last on job-days, whose short budget trains none.
#
# At scale smoke the numbers mean nothing: they show that a search runs.
