void parley_hash_cr(uint64_t *out, const uint64_t *x, const uint8_t *round_keys, size_t n);
void parley_hash_ccr(uint64_t *out, const uint64_t *x, const uint8_t *round_keys, size_t n);
void parley_hash_tccr(uint64_t *out, const uint64_t *x, const uint8_t *round_keys, uint64_t first, size_t n);
void parley_hash_rekeyed(uint64_t *out, const uint64_t *x, const uint64_t *start, uint64_t first, size_t n,
                         size_t each);
void parley_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t *round_keys, size_t n);
void parley_half_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t *round_keys, size_t n);
void parley_garble_ands(uint64_t *tables, uint64_t *c0, const uint64_t *a0, const uint64_t *b0, const uint64_t *delta,
                        const uint64_t *start, uint64_t first, size_t n);
void parley_evaluate_ands(uint64_t *c, const uint64_t *a, const uint64_t *b, const uint64_t *tables,
                          const uint64_t *start, uint64_t first, size_t n);
