# %% [markdown]
# # Training curves: is each model's budget enough? (§5.2)
#
# The validation metric and the losses of every model of Table 3 while it trains, and how much they still move at the
# end. `SCALE` and `DATA` of the environment choose the scale and a real file in the simulator's place.

# %%
# %matplotlib inline
from IPython.display import Markdown

from experiments.figures import training
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("training")

# %%
frame = training.compute(made)
frame.head()

# %%
Markdown(training.table(frame))

# %%
print(summary(made))
training.render(frame)
