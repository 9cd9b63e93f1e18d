"""Parties and messages: bytes to messages without I/O, endpoints in memory and over TLS."""
