"""Vector oblivious linear evaluation modulo 2^61 - 1, silent, against either party, whatever it does."""
