"""Models that one party has and another asks: formats, what they compute in the clear, what of them is public."""
