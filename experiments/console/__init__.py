"""What a person sees on the command line."""
