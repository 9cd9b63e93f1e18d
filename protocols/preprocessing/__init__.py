"""Where correlations come from. Today: an independent dealer."""
