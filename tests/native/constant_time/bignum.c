#include "cases.h"

#include "bignum/exports.h"

enum { LIMBS = 2, ROW = 3 * LIMBS + 1, COUNT = 3, BITS = 66, WIDTH = 3, ROWS = BITS / WIDTH, SPACE = 1 << 13 };
enum { FEW = 2 }; /* where every instruction of a long power is traced */
enum { LONG = 9, LONG_ROW = 3 * LONG + 1 }; /* more than one block of digits */

static uint64_t space[SPACE];

/* Secret moduli with the lowest and the highest bit set; the constants below them are as secret. */
static uint64_t *make_moduli(uint64_t *s, int limbs) {
    for (int i = 0; i < COUNT; i++) {
        uint64_t *const row = s + i * (3 * limbs + 1), inverse = 1;
        row[0] |= 1;
        for (int w = 1; w <= 3; w++) row[w * limbs - 1] &= ~(uint64_t)0 >> 1;
        row[limbs - 1] |= (uint64_t)1 << 63;
        for (int step = 0; step < 6; step++) inverse *= 2 + row[0] * inverse; /* -1/n: twice as many bits right */
        row[3 * limbs] = inverse;
    }
    return s;
}

static void mul(uint64_t *out, uint64_t *s) {
    const uint64_t *const moduli = make_moduli(s, LIMBS), *const x = s + COUNT * ROW, *const y = x + COUNT * LIMBS;
    parley_bignum_mul(out, x, y, moduli, ROW, LIMBS, COUNT, space);
    parley_bignum_mul(out, x, y, moduli, 0, LIMBS, 1, space);
}

/* Numbers below 2^127, so below the moduli. */
static uint64_t *make_below(uint64_t *x) {
    for (int i = 0; i < COUNT; i++) x[i * LIMBS + LIMBS - 1] &= ~(uint64_t)0 >> 1;
    return x;
}

static void montgomery_mul(uint64_t *out, uint64_t *s) {
    const uint64_t *const moduli = make_moduli(s, LIMBS);
    uint64_t *const x = make_below(s + COUNT * ROW), *const y = make_below(x + COUNT * LIMBS);
    parley_bignum_montgomery_mul(out, x, y, moduli, ROW, LIMBS, COUNT, space);
    parley_bignum_montgomery_mul(out, x, y, moduli, 0, LIMBS, 1, space);
}

/* What is chosen is public, the numbers are not. */
static void products_of_public(uint64_t *out, uint64_t *s) {
    static const uint64_t indices[] = {2, 0, 2, 2, 1}, starts[] = {0, 2, 2, 5};
    const uint64_t *const moduli = make_moduli(s, LIMBS), *const x = make_below(s + COUNT * ROW);
    parley_bignum_products_var(out, x, COUNT, indices, starts, moduli, LIMBS, COUNT, space);
    parley_bignum_products_var(out, x, COUNT, indices, starts, moduli, LIMBS, 1, space);
}

static void mul_long(uint64_t *out, uint64_t *s) {
    const uint64_t *const moduli = make_moduli(s, LONG), *const x = s + COUNT * LONG_ROW, *const y = x + COUNT * LONG;
    parley_bignum_mul(out, x, y, moduli, LONG_ROW, LONG, COUNT, space);
    parley_bignum_mul(out, x, x, moduli, 0, LONG, 1, space);
}

static void add(uint64_t *out, uint64_t *s) {
    uint64_t *const x = make_below(s + COUNT * ROW), *const y = make_below(x + COUNT * LIMBS);
    parley_bignum_add(out, x, y, make_moduli(s, LIMBS), ROW, LIMBS, COUNT);
}

static void sub(uint64_t *out, uint64_t *s) {
    uint64_t *const x = make_below(s + COUNT * ROW), *const y = make_below(x + COUNT * LIMBS);
    parley_bignum_sub(out, x, y, make_moduli(s, LIMBS), ROW, LIMBS, COUNT);
}

static void power(uint64_t *out, uint64_t *s) {
    const uint64_t *const moduli = make_moduli(s, LIMBS), *const x = s + COUNT * ROW, *const exponents = x + COUNT * LIMBS;
    parley_bignum_power(out, x, exponents, BITS, moduli, ROW, LIMBS, 0, FEW, space);
    parley_bignum_power(out, x, exponents, BITS, moduli, 0, LIMBS, 0, 1, space);
}

/* The exponent is public, the base is not. */
static void power_of_public(uint64_t *out, uint64_t *s) {
    static const uint64_t exponent[] = {0x8000000000012345, 2};
    const uint64_t *const moduli = make_moduli(s, LIMBS), *const x = s + COUNT * ROW;
    parley_bignum_power_var(out, x, exponent, BITS, moduli, ROW, LIMBS, 0, FEW, space);
    parley_bignum_power_var(out, x, exponent, BITS, moduli, 0, LIMBS, 0, 1, space);
}

static void power_of_base(uint64_t *out, uint64_t *s) {
    const uint64_t *const modulus = make_moduli(s, LIMBS), *const corrections = s + COUNT * ROW;
    const uint64_t *const table = corrections + 2 * LIMBS, *const exponents = table + (ROWS * LIMBS << WIDTH);
    parley_bignum_power_of_base(out, table, corrections, WIDTH, exponents, BITS, modulus, LIMBS, COUNT, space);
    parley_bignum_power_of_base(out, table, corrections, WIDTH, exponents, BITS, modulus, LIMBS, 1, space);
}

/* The row of the square of a secret root of a word whose lowest and highest bits are set: 3 LIMBS + 1 words, then 6. */
static uint64_t *make_square(uint64_t *s) {
    uint64_t *const root_row = s + ROW, r = root_row[0] | 1 | (uint64_t)1 << 63, inverse = 1;
    const unsigned __int128 n = (unsigned __int128)r * r;
    for (int step = 0; step < 6; step++) inverse *= 2 + r * inverse;
    make_moduli(s, LIMBS);
    s[0] = (uint64_t)n, s[1] = (uint64_t)(n >> 64), s[3 * LIMBS] = 0 - inverse * inverse;
    root_row[0] = r, root_row[1] = inverse;
    for (int w = 2; w < 6; w++) root_row[w] >>= 1;
    return s;
}

static void power_of_square(uint64_t *out, uint64_t *s) {
    enum { SHORT = 6, IN_LANES = 4 };
    const uint64_t *const x = s + COUNT * ROW, *const exponents = x + IN_LANES * LIMBS;
    parley_bignum_power(out, x, exponents, SHORT, make_square(s), 0, LIMBS, LIMBS / 2, IN_LANES, space);
}

/* The exponent is public, the base and the root are not. */
static void power_of_square_of_public(uint64_t *out, uint64_t *s) {
    static const uint64_t exponent[] = {0x2d};
    parley_bignum_power_var(out, s + COUNT * ROW, exponent, 6, make_square(s), 0, LIMBS, LIMBS / 2, 1, space);
}

const Case cases[] = {
    {"mul", mul}, {"mul_long", mul_long}, {"montgomery_mul", montgomery_mul}, {"add", add}, {"sub", sub},
    {"products_of_public", products_of_public}, {"power", power},
    {"power_of_square", power_of_square}, {"power_of_square_of_public", power_of_square_of_public},
    {"power_of_public", power_of_public}, {"power_of_base", power_of_base}, {0},
};
