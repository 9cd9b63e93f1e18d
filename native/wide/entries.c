#include "matmul/stacks.h"
#include "shape_entries.h"

BINARY_ENTRY(parley_wide_add, wide.add, 2)
BINARY_ENTRY(parley_wide_sub, wide.sub, 2)
BINARY_ENTRY(parley_wide_mul, wide.mul, 2)
UNARY_ENTRY(parley_wide_neg, wide.neg, 2)
RECOMBINE_ENTRY(parley_wide_recombine, wide.recombine, 2)
SHIFT_LEFT_ENTRY(parley_wide_shift_left, wide.shift_left, 2)
AFFINE_ENTRY(parley_wide_affine, wide.affine, 2)
SUM_ENTRY(parley_wide_sum, wide.sum, 2)

void parley_wide_shift_right(uint64_t *out, const uint64_t *x, const uint64_t plus[2], unsigned s, size_t n) {
    REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(2, n)));
    REQUIRES(apart(out, ELEMENT_BYTES(2, n), plus, ELEMENT_BYTES(2, 1)));
    REQUIRES(s < 128);
    selected->wide.shift_right(out, x, plus, s, n);
}

void parley_wide_offset(uint64_t *out, const uint64_t *x, const uint64_t plus[2], const uint64_t mask[2], size_t n) {
    REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(2, n)));
    REQUIRES(apart(out, ELEMENT_BYTES(2, n), plus, ELEMENT_BYTES(2, 1)));
    REQUIRES(apart(out, ELEMENT_BYTES(2, n), mask, ELEMENT_BYTES(2, 1)));
    selected->wide.offset(out, x, plus, mask, n);
}

void parley_wide_matmul(uint64_t *out, const uint64_t *x, size_t x_step, size_t x_row, size_t x_column,
                        const uint64_t *y, size_t y_step, size_t y_row, size_t y_column, size_t batch, size_t rows,
                        size_t inner, size_t columns) {
    const size_t out_bytes = ELEMENT_BYTES(2, batch * rows * columns);
    REQUIRES(apart(out, out_bytes, x, stack_bytes(batch, x_step, rows, x_row, inner, x_column, 2)));
    REQUIRES(apart(out, out_bytes, y, stack_bytes(batch, y_step, inner, y_row, columns, y_column, 2)));
    for (size_t i = 0; i < batch; i++) {
        const Matrix a = {x + i * x_step, x_row, x_column}, b = {y + i * y_step, y_row, y_column};
        selected->wide.matmul(out + 2 * i * rows * columns, a, b, rows, inner, columns);
    }
}
