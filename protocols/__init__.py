"""The cryptography, one folder a family, and what is built of it for users."""
