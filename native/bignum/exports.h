#ifndef PARLEY_BIGNUM_EXPORTS_H
#define PARLEY_BIGNUM_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* The words of workspace that each entry below needs for numbers of `limbs` words. */
size_t parley_bignum_workspace(size_t limbs);
/* The digits of radix 2^52 that the third part of a modulus row is made for. */
size_t parley_bignum_digits(size_t limbs);

/* Row i * step of moduli (3 limbs + 1 words a row) belongs to number i; step 0: one modulus for all. */
void parley_bignum_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, const uint64_t *moduli, size_t step,
                       size_t limbs, size_t count, uint64_t *workspace);
void parley_bignum_montgomery_mul(uint64_t *out, const uint64_t *x, const uint64_t *y, const uint64_t *moduli, size_t step,
                                  size_t limbs, size_t count, uint64_t *workspace);
/* Result i is the product of those of `size` numbers that indices[starts[i]], ..., indices[starts[i + 1] - 1] name. */
void parley_bignum_products_var(uint64_t *out, const uint64_t *numbers, size_t size, const uint64_t *indices,
                                const uint64_t *starts, const uint64_t *modulus, size_t limbs, size_t count,
                                uint64_t *workspace);
typedef void BelowModuli(uint64_t *out, const uint64_t *x, const uint64_t *y, const uint64_t *moduli, size_t step,
                         size_t limbs, size_t count);
BelowModuli parley_bignum_add, parley_bignum_sub;
/* root: 0, or limbs / 2 for moduli that are squares, whose rows are 5 root + 1 words longer. */
void parley_bignum_power(uint64_t *out, const uint64_t *bases, const uint64_t *exponents, size_t bits,
                         const uint64_t *moduli, size_t step, size_t limbs, size_t root, size_t count,
                         uint64_t *workspace);
void parley_bignum_power_var(uint64_t *out, const uint64_t *bases, const uint64_t *exponent, size_t bits,
                             const uint64_t *moduli, size_t step, size_t limbs, size_t root, size_t count,
                             uint64_t *workspace);
void parley_bignum_power_of_base(uint64_t *out, const uint64_t *table, const uint64_t *corrections, unsigned width,
                                 const uint64_t *exponents, size_t bits, const uint64_t *modulus, size_t limbs,
                                 size_t count, uint64_t *workspace);

#endif
