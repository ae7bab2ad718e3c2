# %% [markdown]
# # Figure 10: end event types (§5.2)
#
# How often each occurs, real and generated. `SCALE` and `DATA` of the environment choose the scale and real data in
# the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure10
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure10", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure10.compute(made)
frame.head(20)

# %%
Markdown(figure10.table(frame))

# %%
print(summary(made))
figure10.render(frame)
