"""A run from start to report: simulated, planned, or as one real party."""
