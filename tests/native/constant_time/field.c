#include "cases.h"

#include "field/exports.h"

enum { N = 9, APART = 256, SHORT = 8 };

typedef struct {
    uint64_t low, high;
} Prime;

static const Prime mersenne61 = {(UINT64_C(1) << 61) - 1, 0};
static const Prime field64 = {UINT64_C(0xffffffff00000001), 0};
static const Prime pseudo = {UINT64_MAX - 58, 0};
static const Prime general = {UINT64_C(9223372036854775783), 0};
static const Prime field128 = {1, UINT64_C(0xffffffffffffffe4)};

static void arithmetic(uint64_t *out, uint64_t *s, Prime p) {
    uint64_t f[8];
    parley_field_prepare(f, p.low, p.high);
    uint64_t *v[5];
    for (int i = 0; i < 5; i++) {
        v[i] = s + APART * i;
        parley_field_reduce(v[i], v[i], N, f);
    }
    out[0] = parley_field_count_wrong(v[0], N, f);
    parley_field_add(out, v[0], v[1], N, f);
    parley_field_sub(out, v[0], v[1], N, f);
    parley_field_neg(out, v[0], N, f);
    parley_field_mul(out, v[0], v[1], N, f);
    parley_field_scale(out, v[0], v[1], N, f);
    parley_field_mul_add(out, v[0], v[1], v[2], N, f);
    parley_field_recombine(out, v[0], v[1], v[2], v[3], v[4], N, 1, f);
    parley_field_sum(out, v[0], 3, N / 3, f);
    parley_field_matmul(out, v[0], v[1], 1, 0, 0, 3, 5, 3, f);
    parley_field_matmul(out, v[0], v[1], 1, 0, 0, 3, 3, 1, f);
    parley_field_column_dots(out, v[0], v[1], 1, 2, 4, f);
    parley_field_power_sums(out, v[0], 1, N, 4, v[1], v[2], f);
}

static void powers(uint64_t *out, uint64_t *s, Prime p) {
    uint64_t f[8];
    parley_field_prepare(f, p.low, p.high);
    parley_field_reduce(s, s, N, f);
    parley_field_power(out, s, N, 5, 0, f);
    parley_field_powers(out, s, N, f);
    parley_field_inverse(out, s, 2, f);
}

/* The arrays of roots are public and need not be roots here: only the steps matter. */
static void transforms(uint64_t *out, uint64_t *s, Prime p) {
    static uint64_t roots[1024], work[4096];
    uint64_t f[8];
    const int words = parley_field_prepare(f, p.low, p.high);
    for (int i = 0; i < 1024; i++) roots[i] = words == 1 || i % 2 == 0 ? (uint64_t)i : 0;
    parley_field_reduce(s, s, 64, f);
    parley_field_ntt(out, s, work, 1, 4, 4, roots, roots, roots, f);
    parley_field_ntt_short(out, s, work, 1, SHORT, roots, f);
}

#define OF(what, prime) \
    static void what##_##prime(uint64_t *out, uint64_t *s) { what(out, s, prime); }
#define ALL_OF(prime) OF(arithmetic, prime) OF(powers, prime) OF(transforms, prime)

ALL_OF(mersenne61)
ALL_OF(field64)
ALL_OF(pseudo)
ALL_OF(general)
ALL_OF(field128)

#define CASES(prime)                                                                                             \
    {"arithmetic " #prime, arithmetic_##prime}, {"powers " #prime, powers_##prime},                              \
        {"transforms " #prime, transforms_##prime}

const Case cases[] = {CASES(mersenne61), CASES(field64), CASES(pseudo), CASES(general), CASES(field128), {0}};
