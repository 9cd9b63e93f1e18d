"""Products of shared values by a matrix that one party has, and that stands in the session."""
