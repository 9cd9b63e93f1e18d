#include "shape_entries.h"

BINARY_ENTRY(parley_add, ring.add, 1)
BINARY_ENTRY(parley_sub, ring.sub, 1)
BINARY_ENTRY(parley_mul, ring.mul, 1)
UNARY_ENTRY(parley_neg, ring.neg, 1)
RECOMBINE_ENTRY(parley_recombine, ring.recombine, 1)
MASKED_PRODUCT_ENTRY(parley_masked_product, ring.masked_product, 1)
SHIFT_LEFT_ENTRY(parley_shift_left, ring.shift_left, 1)
AFFINE_ENTRY(parley_affine, ring.affine, 1)
SUM_ENTRY(parley_sum, ring.sum, 1)

void parley_shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(1, n)));
    REQUIRES(s < 64);
    selected->ring.shift_right(out, x, plus, s, n);
}

void parley_offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n) {
    REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(1, n)));
    REQUIRES(apart(out, ELEMENT_BYTES(1, n), plus, ELEMENT_BYTES(1, 1)));
    selected->ring.offset(out, x, plus, mask, n);
}
