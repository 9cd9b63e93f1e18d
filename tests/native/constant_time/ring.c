#include "cases.h"

#include "ring/exports.h"

enum { N = 45 };

static void add(uint64_t *out, uint64_t *s) { parley_add(out, s, s + N, N); }
static void sub(uint64_t *out, uint64_t *s) { parley_sub(out, s, s + N, N); }
static void neg(uint64_t *out, uint64_t *s) { parley_neg(out, s, N); }
static void mul(uint64_t *out, uint64_t *s) { parley_mul(out, s, s + N, N); }

static void recombine(uint64_t *out, uint64_t *s) {
    parley_recombine(out, s, s + N, s + 2 * N, s + 3 * N, s + 4 * N, N, 1);
}

static void shift_right(uint64_t *out, uint64_t *s) { parley_shift_right(out, s, 77, 13, N); }
static void shift_left(uint64_t *out, uint64_t *s) { parley_shift_left(out, s, 13, N); }

const Case cases[] = {
    {"add", add}, {"sub", sub}, {"neg", neg}, {"mul", mul}, {"recombine", recombine},
    {"shift_right", shift_right}, {"shift_left", shift_left}, {0},
};
