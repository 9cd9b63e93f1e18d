"""Numerical functions of shared fixed-point numbers, written once against `protocols.suite`.

Each takes integers that encode reals with f fractional bits and the public `Range` of those integers, which sizes its
circuits and which it relies on. Beside each stands `..._range`: the range of its result, or the refusal of a domain.

None of them carries `@cost`: what a call costs depends on the suite. Each is made of calls of the suite, whose costs
are declared and audited; the rounds that a docstring states are those of `beaver`, with `levels(m) = ceil(log2 m)`.
"""
