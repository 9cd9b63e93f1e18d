void parley_bit_and(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_xor(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_or(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_and_not(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_same(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
void parley_bit_not(uint64_t *out, const uint64_t *x, size_t n);
void parley_bit_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                          const uint64_t *a, size_t n, int with_de);
void parley_bit_prefix_xor(uint64_t *out, const uint64_t *x, size_t n);
void parley_bit_prefix_or(uint64_t *out, const uint64_t *x, size_t n);
void parley_bit_prefix_and(uint64_t *out, const uint64_t *x, size_t n);
uint64_t parley_popcount(const uint64_t *x, size_t n);
void parley_pack(uint64_t *out, const uint8_t *bits, size_t count);
void parley_unpack(uint8_t *out, const uint64_t *words, size_t count);
void parley_planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits);
void parley_from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits);
void parley_bit_transpose(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns);

/* The operations of `what` below: x & y, x ^ y, x | y, x & ~y, ~(x ^ y). */
enum { PARLEY_AND, PARLEY_XOR, PARLEY_OR, PARLEY_AND_NOT, PARLEY_SAME };

/* out (groups, rows, n), contiguous: operation `what` on rows of n words; row r of group g of x begins at word
 * g * x_group + r * x_row of x, of y likewise. A step of 0 uses a row again and again. out overlaps neither x nor y,
 * unless it is the very same array in the same layout. */
void parley_bit_rows(int what, uint64_t *out, const uint64_t *x, size_t x_group, size_t x_row, const uint64_t *y,
                     size_t y_group, size_t y_row, size_t groups, size_t rows, size_t n);
/* parley_bit_recombine on rows: out and c (rows, n), contiguous; d and a have the rows of one shape, `left` words
 * apart, b and e those of another, `right` words apart; 0 uses a row again. out may be c itself and overlaps no other. */
void parley_bit_recombine_rows(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b,
                               const uint64_t *e, const uint64_t *a, size_t left, size_t right, size_t rows, size_t n,
                               int with_de);
/* out (rows, n): row i is rows 0 to i of x combined by PARLEY_AND, PARLEY_XOR or PARLEY_OR; with `from_last`, rows i
 * to the last. out may be x. */
void parley_bit_prefix_rows(int what, uint64_t *out, const uint64_t *x, size_t rows, size_t n, int from_last);
