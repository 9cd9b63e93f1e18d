#include "field/field.h"

#include "field/exports.h"

#define REQUIRES_ELEMENTWISE(in) REQUIRES(same_or_apart(out, in, bytes_of(n, &f)))

int parley_field_prepare(uint64_t *field, uint64_t p_low, uint64_t p_high) {
    Field f = {.p = p_low, .p_high = p_high, .c = 0 - p_low};
    if (p_high == 0 - (uint64_t)28 && p_low == 1) {
        f.kind = FIELD_FIELD128;
    } else if (p_high == 0 && p_low >= 2) {
        f.kind = p_low == ((uint64_t)1 << 61) - 1 ? FIELD_MERSENNE61
                 : f.c == 0xffffffff              ? FIELD_FIELD64
                 : f.c < 0xffffffff               ? FIELD_PSEUDO
                                                  : FIELD_GENERAL;
        f.shift = (uint64_t)__builtin_clzll(p_low);
        f.normalised = p_low << f.shift;
        f.reciprocal = (uint64_t)(((unsigned __int128)~f.normalised << 64 | UINT64_MAX) / f.normalised);
    }
    memset(field, 0, 8 * sizeof *field);
    memcpy(field, &f, sizeof f);
    return f.kind ? (int)step_of(&f) : 0;
}

size_t parley_field_count_wrong(const uint64_t *x, size_t n, const uint64_t *field) {
    const Field f = field_of(field);
    REQUIRES_OR_ELSE(n, f.kind > FIELD_NONE && f.kind < FIELD_KINDS && there(x, bytes_of(n, &f)));
    return kernels_of(&f)->count_wrong(x, n, &f);
}

void parley_field_reduce(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field) {
    TAKE_FIELD(f, field);
    const uint64_t one[2] = {1, 0};
    REQUIRES_ELEMENTWISE(x);
    kernels_of(&f)->scale(out, x, one, n, &f);
}

#define ENTRY_OF_TWO(name)                                                                                               \
    void parley_field_##name(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const uint64_t *field) {    \
        TAKE_FIELD(f, field);                                                                                           \
        REQUIRES_ELEMENTWISE(x);                                                                                        \
        REQUIRES_ELEMENTWISE(y);                                                                                        \
        kernels_of(&f)->name(out, x, y, n, &f);                                                                         \
    }

ENTRY_OF_TWO(add)
ENTRY_OF_TWO(sub)
ENTRY_OF_TWO(mul)

void parley_field_neg(uint64_t *out, const uint64_t *x, size_t n, const uint64_t *field) {
    TAKE_FIELD(f, field);
    REQUIRES_ELEMENTWISE(x);
    kernels_of(&f)->neg(out, x, n, &f);
}

void parley_field_scale(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n, const uint64_t *field) {
    TAKE_FIELD(f, field);
    REQUIRES_ELEMENTWISE(x);
    REQUIRES(apart(out, bytes_of(n, &f), s, bytes_of(1, &f)));
    kernels_of(&f)->scale(out, x, s, n, &f);
}

void parley_field_mul_add(uint64_t *out, const uint64_t *c, const uint64_t *x, const uint64_t *y, size_t n,
                          const uint64_t *field) {
    TAKE_FIELD(f, field);
    REQUIRES_ELEMENTWISE(c);
    REQUIRES_ELEMENTWISE(x);
    REQUIRES_ELEMENTWISE(y);
    kernels_of(&f)->mul_add(out, c, x, y, n, &f);
}

void parley_field_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                            const uint64_t *a, size_t n, int with_de, const uint64_t *field) {
    TAKE_FIELD(f, field);
    REQUIRES_ELEMENTWISE(c);
    REQUIRES_ELEMENTWISE(d);
    REQUIRES_ELEMENTWISE(b);
    REQUIRES_ELEMENTWISE(e);
    REQUIRES_ELEMENTWISE(a);
    kernels_of(&f)->recombine(out, c, d, b, e, a, n, with_de, &f);
}

void parley_field_sum(uint64_t *out, const uint64_t *x, size_t rows, size_t n, const uint64_t *field) {
    TAKE_FIELD(f, field);
    REQUIRES(n < (uint64_t)1 << 32);
    REQUIRES(apart(out, bytes_of(rows, &f), x, bytes_of(rows * n, &f)));
    for (size_t i = 0; i < rows; i++)
        kernels_of(&f)->sum(out + i * step_of(&f), x + i * n * step_of(&f), n, &f);
}

/* The elements of a stack of matrices, `step` elements apart. */
static inline size_t stack(size_t batch, size_t step, size_t elements) {
    return batch ? (batch - 1) * step + elements : 0;
}

void parley_field_matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t x_step,
                         size_t y_step, size_t rows, size_t inner, size_t columns, const uint64_t *field) {
    TAKE_FIELD(f, field);
    const size_t out_bytes = bytes_of(batch * rows * columns, &f), step = step_of(&f);
    REQUIRES(apart(out, out_bytes, x, bytes_of(stack(batch, x_step, rows * inner), &f)));
    REQUIRES(apart(out, out_bytes, y, bytes_of(stack(batch, y_step, inner * columns), &f)));
    for (size_t i = 0; i < batch; i++)
        kernels_of(&f)->matmul(out + i * rows * columns * step, x + i * x_step * step, y + i * y_step * step, rows,
                               inner, columns, &f);
}

void parley_field_column_dots(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t rows,
                              size_t columns, const uint64_t *field) {
    TAKE_FIELD(f, field);
    const size_t in_bytes = bytes_of(batch * rows * columns, &f), out_bytes = bytes_of(batch * columns, &f);
    REQUIRES(apart(out, out_bytes, x, in_bytes) && apart(out, out_bytes, y, in_bytes));
    for (size_t i = 0; i < batch; i++) {
        const size_t at = i * rows * columns * step_of(&f);
        kernels_of(&f)->column_dots(out + i * columns * step_of(&f), x + at, y + at, rows, columns, &f);
    }
}

void parley_field_power_sums(uint64_t *out, const uint64_t *x, size_t batch, size_t n, size_t columns,
                             const uint64_t *w, const uint64_t *r, const uint64_t *field) {
    TAKE_FIELD(f, field);
    REQUIRES(columns);
    const size_t full = n / columns, rest = n % columns, rows = full + (rest != 0), step = step_of(&f);
    const size_t out_bytes = bytes_of(2 * batch * columns, &f), factor_bytes = bytes_of(batch * rows, &f);
    REQUIRES(apart(out, out_bytes, x, bytes_of(batch * n, &f)));
    REQUIRES(apart(out, out_bytes, w, factor_bytes) && apart(out, out_bytes, r, factor_bytes));
    if (out_bytes) memset(out, 0, out_bytes);
    for (size_t i = 0; i < batch; i++, out += 2 * columns * step, x += n * step, w += rows * step, r += rows * step) {
        kernels_of(&f)->power_sums(out, x, full, columns, columns, w, r, &f);
        if (rest)
            kernels_of(&f)->power_sums(out, x + full * columns * step, 1, columns, rest, w + full * step,
                                       r + full * step, &f);
    }
}
