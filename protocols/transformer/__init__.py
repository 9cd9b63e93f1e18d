"""Transformers on shares: one party has the weights, another one the text, and neither learns the other's."""
