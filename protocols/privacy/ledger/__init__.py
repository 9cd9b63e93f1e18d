"""The ledger of a party's privacy budget: append-only, chained, signed, spent before anything is revealed."""
