"""Benchmarks of Parley, one module a table: `python -m bench TABLE`."""
