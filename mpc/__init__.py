"""Parley: secure multi-party computation in Python. Users write `import mpc` and nothing else."""
