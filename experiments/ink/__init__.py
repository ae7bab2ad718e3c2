"""How results look: drawings, numbers, and the names of models."""
