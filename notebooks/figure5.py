# %% [markdown]
# # Figure 5: mode collapse (§4.2)
#
# Samples that were generated without and with auto-normalization, and how much they differ from each other. `SCALE`
# and `DATA` of the environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure5
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure5", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure5.compute(made)
frame.head(20)

# %%
Markdown(figure5.table(frame))

# %%
print(summary(made))
figure5.render(frame)
