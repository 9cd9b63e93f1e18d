#include "cases.h"

#include "binary_field/exports.h"

enum { N = 45 };

static void mul_128(uint64_t *out, uint64_t *s) { parley_gf_mul_128(out, s, s + 2 * N, N); }
static void scale_128(uint64_t *out, uint64_t *s) { parley_gf_scale_128(out, s, s + 2 * N, N); }
static void square_128(uint64_t *out, uint64_t *s) { parley_gf_square_128(out, s, N); }
static void invert_128(uint64_t *out, uint64_t *s) { parley_gf_invert_128(out, s, 9); }
static void inner_128(uint64_t *out, uint64_t *s) { parley_gf_inner_128(out, s, s + 2 * N, N); }
static void inner_bits_128(uint64_t *out, uint64_t *s) { parley_gf_inner_bits_128(out, s, s + 2 * N, N); }
static void powers_128(uint64_t *out, uint64_t *s) { parley_gf_powers_128(out, s, N); }
static void evaluate_128(uint64_t *out, uint64_t *s) { parley_gf_evaluate_128(out, s, s + 2 * N, N); }

static void mul_64(uint64_t *out, uint64_t *s) { parley_gf_mul_64(out, s, s + N, N); }
static void scale_64(uint64_t *out, uint64_t *s) { parley_gf_scale_64(out, s, s + N, N); }
static void square_64(uint64_t *out, uint64_t *s) { parley_gf_square_64(out, s, N); }
static void invert_64(uint64_t *out, uint64_t *s) { parley_gf_invert_64(out, s, 9); }
static void inner_64(uint64_t *out, uint64_t *s) { parley_gf_inner_64(out, s, s + N, N); }
static void inner_bits_64(uint64_t *out, uint64_t *s) { parley_gf_inner_bits_64(out, s, s + N, N); }
static void powers_64(uint64_t *out, uint64_t *s) { parley_gf_powers_64(out, s, N); }
static void evaluate_64(uint64_t *out, uint64_t *s) { parley_gf_evaluate_64(out, s, s + N, N); }

const Case cases[] = {
    {"mul_128", mul_128}, {"scale_128", scale_128}, {"square_128", square_128}, {"invert_128", invert_128},
    {"inner_128", inner_128}, {"inner_bits_128", inner_bits_128}, {"powers_128", powers_128}, {"evaluate_128", evaluate_128},
    {"mul_64", mul_64}, {"scale_64", scale_64}, {"square_64", square_64}, {"invert_64", invert_64},
    {"inner_64", inner_64}, {"inner_bits_64", inner_bits_64}, {"powers_64", powers_64}, {"evaluate_64", evaluate_64},
    {0},
};
