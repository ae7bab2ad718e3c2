"""What several tables and figures share."""
