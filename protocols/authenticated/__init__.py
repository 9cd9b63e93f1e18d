"""Authenticated garbling: Boolean circuits between two parties of whom either may deviate.

Katz, Ranellucci, Rosulek, Wang, "Optimizing Authenticated Garbling for Faster Secure Two-Party Computation", CRYPTO
2018 (eprint 2018/578), which rests on Wang, Ranellucci, Katz, CCS 2017 (eprint 2017/030). Party 0 garbles, party 1
evaluates; docs/protocols/authenticated_garbling.md has the protocol and the argument.
"""
