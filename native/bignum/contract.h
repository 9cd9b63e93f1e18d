/* Arithmetic modulo odd numbers of many words.
 *
 * A number is `limbs` words, the lowest first, 1 <= limbs <= BIGNUM_LIMBS; arrays of numbers lie one after the other. A
 * modulus n is odd, n >= 3, and comes as a row of 3 limbs + 1 words made by the caller:
 *
 *     n,  2^(2 * 64 limbs) mod n,  2^(2 * 52 digits) mod n,  -1/n mod 2^64
 *
 * with digits = bignum_digits(limbs): the two Montgomery constants serve implementations of radix 2^64 and 2^52.
 *
 * A modulus may be said to be the square of an odd number r >= 3 of root = limbs / 2 words. Its row is then longer by
 *
 *     r,  -1/r mod 2^64,  the pair of 2^(3 * 64 root) mod n,  the pair of 2^(3 * 52 bignum_digits(root)) mod n
 *
 * where the pair of x, as long as x, is the a, b < r with x = a - b r mod r^2, a first (docs/algorithms/squares.md).
 * `power` and `power_var` may use that, and give the same results.
 *
 * Inputs of mul and of the powers may be any numbers of `limbs` words, below n or not; what comes out is below n.
 *
 * Bases, exponents, factors and moduli are secret unless an entry ends in `_var`; lengths in words and bits are public.
 */
#ifndef PARLEY_BIGNUM_CONTRACT_H
#define PARLEY_BIGNUM_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

enum {
    BIGNUM_LIMBS = 128,
    BIGNUM_WINDOW = 5,                        /* exponent bits a product, at most */
    BIGNUM_NARROWEST = 3, BIGNUM_WIDEST = 8,  /* exponent bits a row of a table of powers */
};

/* Row i * step is the modulus of number i; step 0: one modulus for all. root: 0 where they are not said to be squares. */
typedef struct {
    const uint64_t *rows;
    size_t step, limbs, root;
} Moduli;

/* Powers of one base g: word w of g^(d 2^(width i)) mod n is table[(i * limbs + w) * 2^width + d], for each i up to
 * rows = ceil(bits / width); corrections: 2^(64 limbs rows) mod n, then 2^(52 digits rows) mod n.
 * BIGNUM_NARROWEST <= width <= BIGNUM_WIDEST. */
typedef struct {
    const uint64_t *table, *corrections;
    unsigned width;
} PowersOfBase;

/* Which of `size` numbers each result takes: result i the indices from starts[i] to starts[i + 1], no fewer than before. */
typedef struct {
    const uint64_t *indices, *starts;
    size_t size;
} Choices;

typedef struct {
    /* Elementwise: out = x * y mod n. In this family every entry may have out == x (out == bases), and out == y.
     * workspace: bignum_workspace(limbs) words; what it holds afterwards is as secret as the operands. */
    void (*mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli moduli, size_t count, uint64_t *workspace);

    /* Elementwise: out = x * y / R mod n with R = 2^(52 bignum_digits(limbs)), for x, y < n: one product, where mul takes
     * two. R is the same for all implementations, so that numbers x R mod n may stay in this form from call to call. */
    void (*montgomery_mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli moduli, size_t count,
                           uint64_t *workspace);

    /* out[i] = R times the product of all x / R mod n for the x of numbers (each below n) that are named by indices from
     * place starts[i] to starts[i + 1]: products of numbers in the form of montgomery_mul, in that form, R mod n for none.
     * Indices are public; time depends on them, not on the numbers. One modulus: moduli.step is 0. */
    void (*products_var)(uint64_t *out, const uint64_t *numbers, Choices choices, Moduli moduli, size_t count,
                         uint64_t *workspace);

    /* Elementwise: out = x + y mod n, x - y mod n for x, y < n. */
    void (*add)(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli moduli, size_t count);
    void (*sub)(uint64_t *out, const uint64_t *x, const uint64_t *y, Moduli moduli, size_t count);

    /* out = bases^exponents mod n, each base with its own exponent of `bits` bits in ceil(bits / 64) words; bits above
     * do not count. 0^0 = 1. */
    void (*power)(uint64_t *out, const uint64_t *bases, const uint64_t *exponents, size_t bits, Moduli moduli,
                  size_t count, uint64_t *workspace);

    /* out = bases^exponent mod n. One exponent for all; time depends on it, on nothing else. */
    void (*power_var)(uint64_t *out, const uint64_t *bases, const uint64_t *exponent, size_t bits, Moduli moduli,
                      size_t count, uint64_t *workspace);

    /* out = g^exponents mod n for the g of the powers, as `power`; bits >= 1. One modulus: moduli.step is 0. */
    void (*power_of_base)(uint64_t *out, PowersOfBase powers, const uint64_t *exponents, size_t bits, Moduli moduli,
                          size_t count, uint64_t *workspace);
} BignumKernels;

extern const BignumKernels bignum_portable, bignum_adx, bignum_avx512_ice;

/* Digits of 52 bits of a number of `limbs` words with two bits to spare: what almost-Montgomery products need. */
static inline size_t bignum_digits(size_t limbs) { return (64 * limbs + 2 + 51) / 52; }

/* Words of a modulus row, and where in it what is added for a square begins. */
static inline size_t bignum_row(size_t limbs, size_t root) { return 3 * limbs + 1 + (root ? 5 * root + 1 : 0); }
static inline size_t bignum_root_row(size_t limbs) { return 3 * limbs + 1; }

/* Words of workspace for any entry of any implementation: a table of 2^BIGNUM_WINDOW numbers and a dozen more, for
 * eight lanes. */
static inline size_t bignum_workspace(size_t limbs) {
    return 8 * (bignum_digits(limbs) + 8) * ((1 << BIGNUM_WINDOW) + 12);
}

#endif
