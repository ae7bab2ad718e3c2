"""The datasets of the paper (§5.1.1), one file each: its schema, how raw files are read, Appendix A's rules."""
