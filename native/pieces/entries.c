/* The entries of functions in pieces. */

#include "dispatch.h"

enum { PER_WORD = 64, LEAST_PLACE_BITS = 6, MOST_PLACE_BITS = 32 };

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

/* Of one thermometer. */
static inline size_t row_bytes(unsigned place_bits) { return sizeof(uint64_t) << (place_bits - LEAST_PLACE_BITS); }

void parley_pieces_thermometers(uint64_t *out, const uint64_t *numbers, unsigned place_bits, size_t count) {
    REQUIRES(place_bits >= LEAST_PLACE_BITS && place_bits <= MOST_PLACE_BITS);
    REQUIRES(apart(out, count * row_bytes(place_bits), numbers, count * sizeof *numbers));
    for (size_t n = 0; n < count; n++) REQUIRES_OF_CONTENTS(numbers[n] >> place_bits == 0);
    selected->pieces.thermometers(out, numbers, place_bits, count);
}

void parley_pieces_crossed(uint64_t *out, const uint64_t *table, const uint64_t *places, const uint64_t *t,
                           unsigned place_bits, size_t thresholds, int whole, size_t count, size_t begin, size_t end) {
    const size_t bytes = thresholds * words_for(count) * sizeof *out;
    REQUIRES(place_bits >= LEAST_PLACE_BITS && place_bits <= MOST_PLACE_BITS && thresholds <= PARLEY_PIECES_THRESHOLDS);
    REQUIRES(begin % PER_WORD == 0 && begin <= end && end <= count);
    REQUIRES(apart(out, bytes, table, count * row_bytes(place_bits)));
    REQUIRES(apart(out, bytes, places, count * sizeof *out) && apart(out, bytes, t, thresholds * sizeof *t));
    for (size_t i = 0; i < thresholds; i++) REQUIRES(t[i] >> place_bits == 0);
    for (size_t n = begin; n < end; n++) REQUIRES_OF_CONTENTS(places[n] >> place_bits == 0);
    selected->pieces.crossed(out, table, places, t, place_bits, thresholds, whole, count, begin, end);
}
