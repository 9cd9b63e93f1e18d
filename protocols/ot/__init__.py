"""Oblivious transfer between two parties of a session, and what is made of it.

Two roles, two functions: the sender calls `send...`, its peer calls `receive...` at the same place of the program.
"""
