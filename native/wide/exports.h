void parley_wide_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_wide_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_wide_neg(uint64_t *out, const uint64_t *x, size_t n);
void parley_wide_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_wide_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                           const uint64_t *a, size_t n, int with_de);
void parley_wide_shift_right(uint64_t *out, const uint64_t *x, const uint64_t *plus, unsigned s, size_t n);
void parley_wide_shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n);
void parley_wide_affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus, size_t n);
void parley_wide_offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, const uint64_t *mask, size_t n);
void parley_wide_sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner);
/* `batch` products with steps as for parley_matmul, in words. */
void parley_wide_matmul(uint64_t *out, const uint64_t *x, size_t x_step, size_t x_row, size_t x_column,
                        const uint64_t *y, size_t y_step, size_t y_row, size_t y_column, size_t batch, size_t rows,
                        size_t inner, size_t columns);
