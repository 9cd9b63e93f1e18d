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

static void masked_product(uint64_t *out, uint64_t *s) {
    parley_masked_product(out, s, s + N, s + 2 * N, s + 3 * N, s + 4 * N, s + 5 * N, N);
}

static void shift_right(uint64_t *out, uint64_t *s) { parley_shift_right(out, s, 77, 13, N); }
static void shift_left(uint64_t *out, uint64_t *s) { parley_shift_left(out, s, 13, N); }

static void affine(uint64_t *out, uint64_t *s) { parley_affine(out, s, s + N, s + N + 1, N); }
static void offset(uint64_t *out, uint64_t *s) { parley_offset(out, s, s + N, UINT64_MAX >> 9, N); }
static void sum_rows(uint64_t *out, uint64_t *s) { parley_sum(out, s, 5, 35, 1); }
static void sum_columns(uint64_t *out, uint64_t *s) { parley_sum(out, s, 2, 19, 13); }

const Case cases[] = {
    {"add", add}, {"sub", sub}, {"neg", neg}, {"mul", mul}, {"recombine", recombine},
    {"masked_product", masked_product},
    {"shift_right", shift_right}, {"shift_left", shift_left},
    {"affine", affine}, {"offset", offset}, {"sum_rows", sum_rows}, {"sum_columns", sum_columns}, {0},
};
