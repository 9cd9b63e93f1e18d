"""Where correlations come from: an independent dealer, or the parties themselves."""
