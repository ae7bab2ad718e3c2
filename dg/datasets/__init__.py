"""The datasets of the paper (§5.1.1), one room each: its schema, how raw files are read (Appendix A), a simulator."""
