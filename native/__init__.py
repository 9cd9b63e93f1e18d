"""C kernels on arrays of machine words, reached through cffi. See kernels.h for the contract."""
