# %% [markdown]
# # Figure 9: task durations (§5.2)
#
# Does DoppelGANger have both modes, and does the RNN? `SCALE` and `DATA` of the environment choose the scale and real
# data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure9
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure9", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure9.compute(made)
frame.head(20)

# %%
Markdown(figure9.table(frame))

# %%
print(summary(made))
figure9.render(frame)
