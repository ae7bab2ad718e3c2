# %% [markdown]
# # Figure 1: autocorrelation of daily page views (§2.2, §5.2)
#
# Weekly spikes and a local peak at about one year in the real data; which models have them? `SCALE` and `DATA` of the
# environment choose the scale and a real file in the simulator's place; the runs are those of Table 3.

# %%
# %matplotlib inline
from experiments.figures import figure1
from experiments.paper.artifact import summary
from experiments.paper.grid import runs

made = runs("figure1")

# %%
frame = figure1.compute(made)
frame.pivot_table(index="lag", columns="model", values="autocorrelation").loc[[1, 7, 14, 28, 182, 364]].round(3)

# %%
print(summary(made))
figure1.render(frame)
