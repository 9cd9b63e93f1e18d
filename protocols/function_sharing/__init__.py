"""Function secret sharing between two parties: keys of functions of a place that both know, answered without a message.

Whoever deals the keys knows the function and colludes with neither party. docs/protocols/function_sharing.md has the
constructions and the arguments.
"""
