#include "dispatch.h"
#include "ring/exports.h"

#define WORD_BYTES(n) ((n) * sizeof(uint64_t))
#define REQUIRES_ELEMENTWISE(out, in, n) REQUIRES(same_or_apart(out, in, WORD_BYTES(n)))

void parley_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->ring.add(out, x, y, n);
}

void parley_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->ring.sub(out, x, y, n);
}

void parley_neg(uint64_t *out, const uint64_t *x, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    selected->ring.neg(out, x, n);
}

void parley_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES_ELEMENTWISE(out, y, n);
    selected->ring.mul(out, x, y, n);
}

void parley_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    REQUIRES_ELEMENTWISE(out, c, n);
    REQUIRES_ELEMENTWISE(out, d, n);
    REQUIRES_ELEMENTWISE(out, b, n);
    REQUIRES_ELEMENTWISE(out, e, n);
    REQUIRES_ELEMENTWISE(out, a, n);
    selected->ring.recombine(out, c, d, b, e, a, n, with_de);
}

void parley_shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES(s < 64);
    selected->ring.shift_right(out, x, plus, s, n);
}

void parley_shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES(s < 64);
    selected->ring.shift_left(out, x, s, n);
}

void parley_affine(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus,
                   size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES(apart(out, WORD_BYTES(n), factor, WORD_BYTES(1)));
    REQUIRES(apart(out, WORD_BYTES(n), plus, WORD_BYTES(1)));
    selected->ring.affine(out, x, factor, plus, n);
}

void parley_offset(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n) {
    REQUIRES_ELEMENTWISE(out, x, n);
    REQUIRES(apart(out, WORD_BYTES(n), plus, WORD_BYTES(1)));
    selected->ring.offset(out, x, plus, mask, n);
}

void parley_sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner) {
    REQUIRES(apart(out, WORD_BYTES(outer * inner), x, WORD_BYTES(outer * count * inner)));
    selected->ring.sum(out, x, outer, count, inner);
}
