"""Throughput of the kernels in `native`, one module a family."""
