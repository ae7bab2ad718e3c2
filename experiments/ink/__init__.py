"""How things look: drawings, numbers, and what models are called."""
