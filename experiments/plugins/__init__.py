"""Where Hydra finds our sweeper and launcher: this folder is on its way, by experiments/__init__.py."""
