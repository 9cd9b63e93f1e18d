/* The slow, obvious reference: plain C for any machine, in constant time wherever integer products are. */

#include <string.h>

#include "kernels.h"

/* The lower 64 coefficients of the product of two polynomials, by integer products (Pornin, BearSSL, ghash_ctmul64.c).
 * Of each factor only every fourth bit is kept, so that up to 15 products of bits add up without reaching the next
 * kept bit; the one place where 16 do is the topmost, whose carry falls off. */
static uint64_t low_product(uint64_t x, uint64_t y) {
    const uint64_t every_fourth = 0x1111111111111111u;
    uint64_t x_part[4], y_part[4], product = 0;
    for (int i = 0; i < 4; i++) {
        x_part[i] = x & (every_fourth << i);
        y_part[i] = y & (every_fourth << i);
    }
    for (int i = 0; i < 4; i++) {
        uint64_t part = 0;
        for (int j = 0; j < 4; j++) part ^= x_part[j] * y_part[(i - j) & 3];
        product |= part & (every_fourth << i);
    }
    return product;
}

static uint64_t reverse(uint64_t x) {
    x = (x >> 1 & 0x5555555555555555u) | (x & 0x5555555555555555u) << 1;
    x = (x >> 2 & 0x3333333333333333u) | (x & 0x3333333333333333u) << 2;
    x = (x >> 4 & 0x0f0f0f0f0f0f0f0fu) | (x & 0x0f0f0f0f0f0f0f0fu) << 4;
    x = (x >> 8 & 0x00ff00ff00ff00ffu) | (x & 0x00ff00ff00ff00ffu) << 8;
    x = (x >> 16 & 0x0000ffff0000ffffu) | (x & 0x0000ffff0000ffffu) << 16;
    return x >> 32 | x << 32;
}

typedef struct {
    uint64_t low, high;
} Pair;

/* The whole product of two polynomials; its upper half is the lower half of the product read backwards. */
static Pair product(uint64_t x, uint64_t y) {
    return (Pair){low_product(x, y), reverse(low_product(reverse(x), reverse(y))) >> 1};
}

/* high * x^64 modulo x^64 + x^4 + x^3 + x + 1: the bits that the first step lifts beyond x^63 go round again. */
static uint64_t folded_64(uint64_t high) {
    const uint64_t h = high ^ high >> 60 ^ high >> 61 ^ high >> 63;
    return h ^ h << 1 ^ h << 3 ^ h << 4;
}

static void one_product_64(uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const Pair p = product(*x, *y);
    *out = p.low ^ folded_64(p.high);
}

/* high * x^128 modulo x^128 + x^7 + x^2 + x + 1. */
static Pair folded_128(Pair high) {
    const uint64_t top = high.high;
    const uint64_t low = high.low ^ top >> 63 ^ top >> 62 ^ top >> 57;
    return (Pair){low ^ low << 1 ^ low << 2 ^ low << 7,
                  top ^ (top << 1 | low >> 63) ^ (top << 2 | low >> 62) ^ (top << 7 | low >> 57)};
}

static void one_product_128(uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const Pair low = product(x[0], y[0]), high = product(x[1], y[1]);
    const Pair a = product(x[0], y[1]), b = product(x[1], y[0]);
    const Pair folded = folded_128((Pair){high.low ^ a.high ^ b.high, high.high});
    out[0] = low.low ^ folded.low;
    out[1] = low.high ^ a.low ^ b.low ^ folded.high;
}

#define WORDS 1
#define FIELD(name) name##_64
#include "binary_field/one_by_one.h"

#define WORDS 2
#define FIELD(name) name##_128
#include "binary_field/one_by_one.h"

const BinaryFieldKernels binary_field_portable = {BINARY_FIELD_KERNELS(OWN)};
