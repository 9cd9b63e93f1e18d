/* What the entries of the family ask of their arguments, for REQUIRES. */
#ifndef PARLEY_BIGNUM_CHECKS_H
#define PARLEY_BIGNUM_CHECKS_H

#include "bignum/contract.h"
#include "requires.h"

/* Whether the moduli are of a length that there are kernels for, and their rows are long enough. */
static inline int good_rows(Moduli m, size_t count) {
    const size_t row = bignum_row(m.limbs, m.root);
    if (m.root && m.limbs != 2 * m.root) return 0;
    return m.limbs >= 1 && m.limbs <= BIGNUM_LIMBS && (!m.step || m.step >= row) && there(m.rows, row * count);
}

/* Whether what a row adds for a square begins with the root, as far as the lowest words tell, and its inverse. */
static inline int good_root(Moduli m, const uint64_t *row) {
    const uint64_t *const r = row + bignum_root_row(m.limbs);
    return r[0] * r[0] == row[0] && r[0] * r[m.root] == UINT64_MAX;
}

/* Whether the moduli are odd, 3 or more, and come with the inverses that belong to them. */
static inline int good_moduli(Moduli m, size_t count) {
    for (size_t i = 0; i < (m.step ? count : 1); i++) {
        const uint64_t *n = m.rows + i * m.step;
        uint64_t above_one = n[0] & ~(uint64_t)1;
        for (size_t w = 1; w < m.limbs; w++) above_one |= n[w];
        if (!(n[0] & 1) || !above_one || n[0] * n[3 * m.limbs] != UINT64_MAX) return 0;
        if (m.root && !good_root(m, n)) return 0;
    }
    return 1;
}

/* Whether no result ends before it begins, and every index names a number. Indices are public. */
static inline int good_choices(Choices c, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (c.starts[i] > c.starts[i + 1]) return 0;
    if (!there(c.indices, (c.starts[count] - c.starts[0]) * sizeof *c.indices)) return 0;
    for (uint64_t at = c.starts[0]; at < c.starts[count]; at++)
        if (c.indices[at] >= c.size) return 0;
    return 1;
}

/* Whether every number is below its modulus. Time depends on the numbers: for builds that check contracts. */
static inline int below_moduli(const uint64_t *x, Moduli m, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t w = m.limbs;
        const uint64_t *number = x + i * m.limbs, *n = m.rows + i * m.step;
        while (w && number[w - 1] == n[w - 1]) w--;
        if (!w || number[w - 1] > n[w - 1]) return 0;
    }
    return 1;
}

#endif
