"""Arrays of numbers under a key that adds, whatever the cryptosystem: what is alike in Paillier's and ElGamal's."""
