# %% [markdown]
# # Scores of others: TimeGAN's and SDMetrics' (beyond the paper)
#
# Can a recurrent network tell generated samples from real ones, and can it learn to predict from them?
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import scores

made = runs("scores", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = scores.compute(made)
frame.head(20)

# %%
Markdown(f"{scores.render(frame)}\n\n{summary(made)}")
