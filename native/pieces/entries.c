/* The entries of functions in pieces. */

#include "dispatch.h"

enum { PER_WORD = 64 };

static inline size_t words_for(size_t count) { return (count + PER_WORD - 1) / PER_WORD; }

void parley_pieces_polynomials(uint64_t *out, const uint64_t *first, const uint64_t *steps, const uint64_t *c,
                               const uint64_t *v, const uint64_t *powers, const uint64_t *products, size_t rows,
                               size_t choices, size_t degree, size_t count, size_t begin, size_t end) {
    const size_t terms = degree + 1, bytes = rows * count * sizeof *out;
    REQUIRES(degree <= PARLEY_PIECES_DEGREE && begin % PER_WORD == 0 && begin <= end && end <= count);
    REQUIRES(apart(out, bytes, first, rows * terms * sizeof *out));
    REQUIRES(apart(out, bytes, steps, rows * choices * terms * sizeof *out));
    REQUIRES(apart(out, bytes, c, count * sizeof *out));
    REQUIRES(apart(out, bytes, v, choices * words_for(count) * sizeof *out));
    REQUIRES(apart(out, bytes, powers, terms * count * sizeof *out));
    REQUIRES(apart(out, bytes, products, choices * terms * count * sizeof *out));
    selected->pieces.polynomials(out, first, steps, c, v, powers, products, rows, choices, degree, count, begin, end);
}

void parley_pieces_crossed(uint64_t *out, const uint64_t *table, const uint64_t *places, const uint64_t *t, size_t size,
                           size_t thresholds, int whole, size_t count, size_t begin, size_t end) {
    const size_t bytes = thresholds * words_for(count) * sizeof *out;
    REQUIRES(size && (size & (size - 1)) == 0 && thresholds <= PARLEY_PIECES_THRESHOLDS);
    REQUIRES(begin % PER_WORD == 0 && begin <= end && end <= count);
    REQUIRES(apart(out, bytes, table, size * words_for(count) * sizeof *out));
    REQUIRES(apart(out, bytes, places, count * sizeof *out) && apart(out, bytes, t, thresholds * sizeof *t));
    for (size_t i = 0; i < thresholds; i++) REQUIRES(t[i] < size);
    for (size_t n = begin; n < end; n++) REQUIRES_OF_CONTENTS(places[n] < size);
    selected->pieces.crossed(out, table, places, t, size, thresholds, whole, count, begin, end);
}
