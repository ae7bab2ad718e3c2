# %% [markdown]
# # Augmentation: real and generated samples together (beyond the paper)
#
# What does a predictor gain from generated samples beside the real ones?
# `SCALE` and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
import os

from IPython.display import Markdown

from experiments.paper.artifact import summary
from experiments.paper.grid import runs
from experiments.tables import augmentation

made = runs("augmentation", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = augmentation.compute(made)
frame.head(20)

# %%
Markdown(f"{augmentation.render(frame)}\n\n{summary(made)}")
