"""Arrays of ring and field elements, long numbers and bits: local and synchronous, over the kernels."""
