/* Kernels of this family in plain C without branches, for compilers to make registers of: to be included by a file for
 * each instruction set, between what opens and what closes it. Before it, that file defines what differs:
 *   pick_rows         the numbers of a sparse matrix's rows, PARLEY_OT_PICK_WORDS words a row, from row `first` on,
 *                     `rows` <= PICKED_ROWS of them
 *   add_picked_pairs  add_picked for rows of two elements */

#include "lengths.h"

static void from_labels(uint64_t *out, const uint64_t *labels, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = from_two_words(labels[2 * i], labels[2 * i + 1]);
}

/* Lower and upper halves of words are added up apart: neither sum passes 2^64. */
static uint64_t total(const uint64_t *x, size_t n) {
    uint64_t low = 0, high = 0;
    for (size_t i = 0; i < n; i++) {
        low += x[i] & UINT32_MAX;
        high += x[i] >> 32;
    }
    return folded(folded(low) + shifted_by_32(folded(high)));
}

static void place(uint64_t *out, const uint64_t *x, size_t n, uint64_t which, const uint64_t value[2]) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t here = all_where_zero(i ^ which);
        out[2 * i] = here & value[0];
        out[2 * i + 1] = (~here & x[i]) | (here & value[1]);
    }
}

/* Five elements and one more stay below 2^64, so that ten are folded twice. */
static void add_picked(uint64_t *out, const uint64_t *table, const uint64_t *picks, uint64_t mask, size_t n) {
    for (size_t i = 0; i < n; i++, picks += PARLEY_OT_PICK_WORDS) {
        uint64_t sum = out[i], other = 0;
#pragma GCC unroll 5
        for (size_t term = 0; term < PARLEY_OT_TERMS; term += 2) {
            sum += table[PICKED(picks, term, mask)];
            other += table[PICKED(picks, term + 1, mask)];
        }
        out[i] = below_modulus(folded(sum) + folded(other));
    }
}

static void add_sparse(uint64_t *out, const uint64_t *table, size_t words, size_t log_size, const uint8_t *round_keys,
                       uint64_t first, size_t n) {
    const uint64_t mask = ((uint64_t)1 << log_size) - 1;
    uint64_t picks[PICKED_ROWS * PARLEY_OT_PICK_WORDS];
    for (size_t at = 0; at < n; at += PICKED_ROWS) {
        const size_t now = at_most(n - at, PICKED_ROWS);
        pick_rows(picks, round_keys, first + at, now);
        if (words == 1)
            add_picked(out + at, table, picks, mask, now);
        else
            add_picked_pairs(out + 2 * at, table, picks, mask, now);
    }
}

/* x M_y + y M_x is (x + M_x)(y + M_y) - x y - M_x M_y: three products make all. */
static void prove(uint64_t *restrict z, uint64_t *restrict m, uint64_t *restrict told, uint64_t *restrict constant,
                  uint64_t *restrict first, const uint64_t *x, const uint64_t *m_x, const uint64_t *y,
                  const uint64_t *m_y, const uint64_t *pairs, size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t values = product(x[i], y[i]), labels = product(m_x[i], m_y[i]);
        const uint64_t all = product(x[i] + m_x[i], y[i] + m_y[i]), random = pairs[2 * i], own = pairs[2 * i + 1];
        z[i] = values;
        m[i] = own;
        told[i] = difference(values, random);
        constant[i] = labels;
        first[i] = folded(own + values + labels + (MODULUS - all));
    }
}

static void verify(uint64_t *restrict out, const uint64_t *k_x, const uint64_t *k_y, const uint64_t *k_z, const uint64_t *delta,
                   size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = below_modulus(product(k_x[i], k_y[i]) + product(k_z[i], *delta));
}
