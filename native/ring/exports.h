void parley_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_neg(uint64_t *out, const uint64_t *x, size_t n);
void parley_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de);
void parley_shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n);
void parley_shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n);
void parley_affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus,
                   size_t n);
void parley_offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n);
void parley_sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner);
