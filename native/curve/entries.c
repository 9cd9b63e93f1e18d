#include "dispatch.h"
#include "curve/exports.h"

#define NUMBERS(count) ((count) * CURVE_NUMBER * sizeof(uint64_t))
#define POINTS(count) ((count) * CURVE_POINT * sizeof(uint64_t))
#define TABLES(count, bits) ((count) * curve_table(bits) * sizeof(uint64_t))

/* Whether every scalar is below 2^bits. For builds that check contracts: scalars are secret. */
static inline int in_range(const uint64_t *scalars, size_t bits, size_t n) {
    uint64_t above = 0;
    for (size_t i = 0; i < CURVE_NUMBER * n; i++) {
        const size_t low = i % CURVE_NUMBER * 64;
        above |= bits <= low ? scalars[i] : bits < low + 64 ? scalars[i] >> (bits - low) : 0;
    }
    return !above;
}

void parley_curve_decode(uint64_t *out, uint64_t *valid, const uint64_t *encodings, size_t n) {
    REQUIRES(apart(out, POINTS(n), encodings, NUMBERS(n)) && apart(valid, n * sizeof *valid, encodings, NUMBERS(n)));
    REQUIRES(apart(out, POINTS(n), valid, n * sizeof *valid));
    selected->curve.decode(out, valid, encodings, n);
}

void parley_curve_encode(uint64_t *out, const uint64_t *points, size_t n) {
    REQUIRES(apart(out, NUMBERS(n), points, POINTS(n)));
    selected->curve.encode(out, points, n);
}

void parley_curve_from_uniform(uint64_t *out, const uint64_t *uniform, size_t n) {
    REQUIRES(apart(out, POINTS(n), uniform, NUMBERS(2 * n)));
    selected->curve.from_uniform(out, uniform, n);
}

void parley_curve_equal(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(apart(out, n * sizeof *out, x, POINTS(n)) && apart(out, n * sizeof *out, y, POINTS(n)));
    selected->curve.equal(out, x, y, n);
}

void parley_curve_add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(same_or_apart(out, x, POINTS(n)) && same_or_apart(out, y, POINTS(n)));
    selected->curve.add(out, x, y, n);
}

void parley_curve_sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    REQUIRES(same_or_apart(out, x, POINTS(n)) && same_or_apart(out, y, POINTS(n)));
    selected->curve.sub(out, x, y, n);
}

void parley_curve_mul(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits, size_t n) {
    REQUIRES(bits <= CURVE_BITS && apart(out, POINTS(n), points, POINTS(n)) && apart(out, POINTS(n), scalars, NUMBERS(n)));
    REQUIRES_OF_CONTENTS(in_range(scalars, bits, n));
    selected->curve.mul(out, points, scalars, bits, n);
}

size_t parley_curve_table(size_t bits) { return curve_table(bits); }

void parley_curve_tables(uint64_t *out, const uint64_t *bases, size_t bits, size_t n) {
    REQUIRES(bits <= CURVE_BITS && apart(out, TABLES(n, bits), bases, POINTS(n)));
    selected->curve.tables(out, bases, bits, n);
}

void parley_curve_sum_of_bases(uint64_t *out, const uint64_t *tables, const uint64_t *scalars, size_t bits,
                               size_t rows, size_t bases) {
    REQUIRES(bits <= CURVE_BITS && apart(out, POINTS(rows), tables, TABLES(bases, bits)));
    REQUIRES(apart(out, POINTS(rows), scalars, NUMBERS(rows * bases)));
    REQUIRES_OF_CONTENTS(in_range(scalars, bits, rows * bases));
    selected->curve.sum_of_bases(out, tables, scalars, bits, rows, bases);
}

size_t parley_curve_workspace(size_t terms) { return curve_workspace(terms); }

#define SUM_OF_PRODUCTS_ENTRY(name)                                                                               \
    void parley_curve_##name(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits,         \
                             size_t rows, size_t terms, uint64_t *workspace) {                                    \
        const size_t space = curve_workspace(terms) * sizeof *workspace, count = rows * terms;                    \
        REQUIRES(bits <= CURVE_BITS && apart(out, POINTS(rows), points, POINTS(count)));                          \
        REQUIRES(apart(out, POINTS(rows), scalars, NUMBERS(count)) && apart(workspace, space, out, POINTS(rows))); \
        REQUIRES(apart(workspace, space, points, POINTS(count)) && apart(workspace, space, scalars, NUMBERS(count))); \
        REQUIRES_OF_CONTENTS(in_range(scalars, bits, count));                                                     \
        selected->curve.name(out, points, scalars, bits, rows, terms, workspace);                                 \
    }

SUM_OF_PRODUCTS_ENTRY(sum_of_products)
SUM_OF_PRODUCTS_ENTRY(sum_of_products_var)
