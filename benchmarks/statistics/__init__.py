"""Statistics of one dataset, one file each: what the figures of §5 plot."""
