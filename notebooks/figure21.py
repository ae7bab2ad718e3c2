# %% [markdown]
# # Figure 21: nearest training samples, WWT (Appendix C)
#
# Does DoppelGANger memorise? Its samples beside the nearest training samples, and a statistic. `SCALE` and `DATA` of
# the environment choose the scale and real data in the simulator's place.

# %%
# %matplotlib inline
import os

from IPython.display import Markdown

from experiments.figures import figure21
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure21", scale=os.environ.get("SCALE", "smoke"), data=os.environ.get("DATA"))

# %%
frame = figure21.compute(made)
frame.head(20)

# %%
Markdown(figure21.table(frame))

# %%
print(summary(made))
figure21.render(frame)
