#include "cases.h"

#include "pieces/exports.h"

enum { ROWS = 2, CHOICES = 3, COUNT = 77, PLACES = 128 };

static const uint64_t first[ROWS * 9] = {3, 1, 4, 1, 5}, steps[ROWS * CHOICES * 9] = {9, 2, 6, 5, 3, 5};
static const uint64_t opened[CHOICES * 2] = {0x123456789abcdef, 3, 7, 0, 0xfedcba9876543210, 1};
static const uint64_t thresholds[3] = {1, 70, 127};

/* Powers and products are secret; the number that is open may be anything. */
static void of_degree(uint64_t *out, uint64_t *s, size_t degree) {
    uint64_t c[COUNT];
    for (size_t n = 0; n < COUNT; n++) c[n] = n * 0x9e3779b97f4a7c15;
    parley_pieces_polynomials(out, first, steps, c, opened, s, s + 9 * COUNT, ROWS, CHOICES, degree, COUNT, 0, COUNT);
}

static void quadratic(uint64_t *out, uint64_t *s) { of_degree(out, s, 2); }
static void quartic(uint64_t *out, uint64_t *s) { of_degree(out, s, 4); }
static void sextic(uint64_t *out, uint64_t *s) { of_degree(out, s, 6); }

static void crossed(uint64_t *out, uint64_t *s) {
    uint64_t places[COUNT];
    for (size_t n = 0; n < COUNT; n++) places[n] = n * 7 % PLACES;
    parley_pieces_crossed(out, s, places, thresholds, 7, 3, 1, COUNT, 0, COUNT);
}

static void thermometers(uint64_t *out, uint64_t *s) {
    for (size_t n = 0; n < COUNT; n++) s[n] &= PLACES - 1;
    parley_pieces_thermometers(out, s, 7, COUNT);
}

const Case cases[] = {
    {"quadratic", quadratic}, {"quartic", quartic}, {"sextic", sextic}, {"crossed", crossed},
    {"thermometers", thermometers}, {0},
};
