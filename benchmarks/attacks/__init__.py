"""What tells of the samples that a model was trained on: who was a member (§6.2), and of which metadata (§6.1)."""
