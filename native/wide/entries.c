#include "dispatch.h"
#include "matmul/stacks.h"
#include "wide/exports.h"

#define ELEMENT_BYTES(n) (2 * (n) * sizeof(uint64_t))
#define REQUIRES_ELEMENTWISE(out, in, n) REQUIRES(same_or_apart(out, in, ELEMENT_BYTES(n)))
#define REQUIRES_APART(out, n, one) REQUIRES(apart(out, ELEMENT_BYTES(n), one, ELEMENT_BYTES(1)))

void parley_wide_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->wide.add(out, x, y, n);
}

void parley_wide_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->wide.sub(out, x, y, n);
}

void parley_wide_neg(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    selected->wide.neg(out, x, n);
}

void parley_wide_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->wide.mul(out, x, y, n);
}

void parley_wide_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                           const uint64_t *a, size_t n, int with_de) {
    REQUIRES_ELEMENTWISE(out, c, n);
    REQUIRES_ELEMENTWISE(out, d, n);
    REQUIRES_ELEMENTWISE(out, b, n);
    REQUIRES_ELEMENTWISE(out, e, n);
    REQUIRES_ELEMENTWISE(out, a, n);
    selected->wide.recombine(out, c, d, b, e, a, n, with_de);
}

void parley_wide_shift_right(uint64_t *out, const uint64_t *x, const uint64_t *plus, unsigned s, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_APART(out, n, plus);
    REQUIRES(s < 128);
    selected->wide.shift_right(out, x, plus, s, n);
}

void parley_wide_shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES(s < 128);
    selected->wide.shift_left(out, x, s, n);
}

void parley_wide_affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_APART(out, n, factor);
    REQUIRES_APART(out, n, plus);
    selected->wide.affine(out, x, factor, plus, n);
}

void parley_wide_offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, const uint64_t *mask, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_APART(out, n, plus);
    REQUIRES_APART(out, n, mask);
    selected->wide.offset(out, x, plus, mask, n);
}

void parley_wide_sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner) {
    REQUIRES(apart(out, ELEMENT_BYTES(outer * inner), x, ELEMENT_BYTES(outer * count * inner)));
    selected->wide.sum(out, x, outer, count, inner);
}

void parley_wide_matmul(uint64_t *out, const uint64_t *x, size_t x_step, size_t x_row, size_t x_column,
                        const uint64_t *y, size_t y_step, size_t y_row, size_t y_column, size_t batch, size_t rows,
                        size_t inner, size_t columns) {
    const size_t out_bytes = ELEMENT_BYTES(batch * rows * columns);
    REQUIRES(apart(out, out_bytes, x, stack_bytes(batch, x_step, rows, x_row, inner, x_column, 2)));
    REQUIRES(apart(out, out_bytes, y, stack_bytes(batch, y_step, inner, y_row, columns, y_column, 2)));
    for (size_t i = 0; i < batch; i++) {
        const Matrix a = {x + i * x_step, x_row, x_column}, b = {y + i * y_step, y_row, y_column};
        selected->wide.matmul(out + 2 * i * rows * columns, a, b, rows, inner, columns);
    }
}
