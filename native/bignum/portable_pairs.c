/* Pairs modulo squares in plain C, one after the other, radix 2^64. */

#include "bignum/pairs.h"

enum { AT_ONCE = 1 };

#include "bignum/radix64.h"

#include "bignum/portable_words.h"

static void multiply(uint64_t *t, const uint64_t *x, const uint64_t *y, size_t size) {
    for (size_t i = 0; i < size; i++) t[i + size] = add_multiple(t + i, x, y[i], size);
    t[2 * size] = 0;
}

/* *t += word + carry; the next carry. */
static uint64_t add_word(uint64_t *t, uint64_t word, uint64_t carry) {
    const Wide sum = (Wide)*t + word + carry;
    *t = (uint64_t)sum;
    return (uint64_t)(sum >> 64);
}

static void multiply_add(uint64_t *t, const uint64_t *x, const uint64_t *y, size_t size) {
    uint64_t carry = 0;
    for (size_t i = 0; i < size; i++) carry = add_word(t + i + size, add_multiple(t + i, x, y[i], size), carry);
    t[2 * size] += carry;
}

static void multiply_self(uint64_t *t, const uint64_t *x, size_t size) {
    memset(t, 0, size * sizeof *t);
    multiply(t, x, x, size);
}

static void decrease(uint64_t *x, uint64_t bit, size_t size) {
    for (size_t i = 0; i <= size; i++) {
        const Wide difference = (Wide)x[i] - bit;
        x[i] = (uint64_t)difference;
        bit = (uint64_t)(difference >> 64) & 1;
    }
}

static void divide_out(const Divisor *d, uint64_t *m, uint64_t *t) {
    uint64_t carry = 0;
    for (size_t i = 0; i < d->size; i++) {
        m[i] = t[i] * d->inverse;
        carry = add_word(t + i + d->size, add_multiple(t + i, d->n, m[i], d->size), carry);
    }
    t[2 * d->size] += carry;
}

#include "bignum/pairs64.h"

#include "bignum/ladders.h"

const SideBySide bignum_pairs_portable = {POWERS};
