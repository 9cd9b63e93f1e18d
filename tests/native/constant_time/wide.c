#include "cases.h"

#include "wide/exports.h"

enum { N = 21, WORDS = 2 * N };

static const uint64_t five[2] = {5, 0}, low_bits[2] = {UINT64_MAX, 77};

static void add(uint64_t *out, uint64_t *s) { parley_wide_add(out, s, s + WORDS, N); }
static void sub(uint64_t *out, uint64_t *s) { parley_wide_sub(out, s, s + WORDS, N); }
static void neg(uint64_t *out, uint64_t *s) { parley_wide_neg(out, s, N); }
static void mul(uint64_t *out, uint64_t *s) { parley_wide_mul(out, s, s + WORDS, N); }

static void recombine(uint64_t *out, uint64_t *s) {
    parley_wide_recombine(out, s, s + WORDS, s + 2 * WORDS, s + 3 * WORDS, s + 4 * WORDS, N, 1);
}

static void shift_right(uint64_t *out, uint64_t *s) { parley_wide_shift_right(out, s, five, 77, N); }
static void shift_left(uint64_t *out, uint64_t *s) { parley_wide_shift_left(out, s, 13, N); }
static void affine(uint64_t *out, uint64_t *s) { parley_wide_affine(out, s, s + WORDS, s + WORDS + 2, N); }
static void offset(uint64_t *out, uint64_t *s) { parley_wide_offset(out, s, s + WORDS, low_bits, N); }
static void sum_rows(uint64_t *out, uint64_t *s) { parley_wide_sum(out, s, 3, 35, 1); }
static void sum_columns(uint64_t *out, uint64_t *s) { parley_wide_sum(out, s, 2, 9, 7); }
static void product(uint64_t *out, uint64_t *s) { parley_wide_matmul(out, s, 0, 14, 2, s + 1000, 0, 22, 2, 1, 9, 7, 11); }
static void thin(uint64_t *out, uint64_t *s) { parley_wide_matmul(out, s, 0, 14, 2, s + 1000, 0, 2, 2, 1, 9, 7, 1); }

const Case cases[] = {
    {"add", add}, {"sub", sub}, {"neg", neg}, {"mul", mul}, {"recombine", recombine}, {"shift_right", shift_right},
    {"shift_left", shift_left}, {"affine", affine}, {"offset", offset}, {"sum_rows", sum_rows},
    {"sum_columns", sum_columns}, {"product", product}, {"thin", thin}, {0},
};
