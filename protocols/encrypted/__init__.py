"""Between ciphertexts, which one party reads, and shares, which nobody does."""
