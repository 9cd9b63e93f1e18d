/* Vectors over prime fields. Elements are canonical, in [0, p), wherever they enter or leave; docs/algorithms/
 * prime_fields.md tells how each kind of modulus is reduced, docs/algorithms/ntt.md how transforms are divided. */
#ifndef PARLEY_FIELD_CONTRACT_H
#define PARLEY_FIELD_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

/* What is known of a modulus p; all of it public. */
typedef struct {
    uint64_t kind;       /* one of FieldKind */
    uint64_t p, p_high;  /* its low and high word */
    uint64_t c;          /* 2^64 - p where the kind is FIELD_PSEUDO */
    uint64_t shift;      /* FIELD_GENERAL: the leading zeros of p, */
    uint64_t normalised; /* p << shift, */
    uint64_t reciprocal; /* and floor((2^128 - 1) / normalised) - 2^64 */
} Field;

/* FIELD_MERSENNE61: p = 2^61 - 1. FIELD_FIELD64: p = 2^64 - 2^32 + 1. FIELD_PSEUDO: any other p > 2^64 - 2^32.
 * FIELD_GENERAL: any other p of one word, at least 2. FIELD_FIELD128: p = 2^128 - 7 * 2^66 + 1, elements of two words,
 * the low one first. Nothing but inversion asks that a modulus of the kinds PSEUDO and GENERAL is prime. */
enum FieldKind { FIELD_NONE, FIELD_MERSENNE61, FIELD_FIELD64, FIELD_PSEUDO, FIELD_GENERAL, FIELD_FIELD128, FIELD_KINDS };

/* Counts are of elements. A table serves the moduli of one kind. */
typedef struct {
    /* How many of n elements are not below p. */
    size_t (*count_wrong)(const uint64_t *x, size_t n, const Field *f);

    /* Elementwise: out = x + y, x - y, -x, x * y; x * s for one (secret) element s; c + x * y. Where s is 1, scale takes
     * any words as x. */
    void (*add)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f);
    void (*sub)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f);
    void (*neg)(uint64_t *out, const uint64_t *x, size_t n, const Field *f);
    void (*mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f);
    void (*scale)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n, const Field *f);
    void (*mul_add)(uint64_t *out, const uint64_t *c, const uint64_t *x, const uint64_t *y, size_t n, const Field *f);

    /* Elementwise: out = c + d*b + e*a, and + d*e where with_de is not 0 (it is public). */
    void (*recombine)(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de, const Field *f);

    /* out (1) = x[0] + ... + x[n - 1], n < 2^32. */
    void (*sum)(uint64_t *out, const uint64_t *x, size_t n, const Field *f);

    /* Row-major product: out (rows, columns) = x (rows, inner) * y (inner, columns). inner == 0 gives zeros. */
    void (*matmul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns,
                   const Field *f);

    /* out (columns): for each column the sum of x * y over the rows, of x and y (rows, columns). */
    void (*column_dots)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t columns,
                        const Field *f);

    /* out (2, columns) += the sums over k < rows of w[k] r[k]^(j+1) x[k][j], and of w[k] x[k][j], for j < width; x is (rows,
     * columns), w and r (rows). */
    void (*power_sums)(uint64_t *out, const uint64_t *x, size_t rows, size_t columns, size_t width, const uint64_t *w,
                       const uint64_t *r, const Field *f);

    /* In place, on every column of x (rows, width): the transform X[k] = sum over j of x[j] w^(jk), rows a power of two
     * and w of that order; row r of the result is X[k] for the k whose bits are those of r in reverse. roots (rows)
     * holds w^0, w^1, ...; they are public. */
    void (*transform)(uint64_t *x, size_t rows, size_t width, const uint64_t *roots, const Field *f);
} FieldKernels;

/* For the table of a file that includes lanes_kernels.h for a kind of modulus. */
#define FIELD_LANES(kind)                                                                                \
    .add = add_##kind, .sub = sub_##kind, .neg = neg_##kind, .mul = mul_##kind, .scale = scale_##kind,   \
    .mul_add = mul_add_##kind, .recombine = recombine_##kind, .transform = transform_##kind,             \
    .power_sums = power_sums_##kind, .count_wrong = count_wrong_##kind, .column_dots = column_dots_##kind

extern const FieldKernels mersenne61_portable, mersenne61_avx2, mersenne61_avx512, mersenne61_avx512_ice;
extern const FieldKernels field64_portable, field64_avx2, field64_avx512, field64_avx512_ice;
extern const FieldKernels pseudo_portable, pseudo_avx2, pseudo_avx512, pseudo_avx512_ice;
extern const FieldKernels general_portable, general_avx512, general_avx512_ice;
extern const FieldKernels field128_portable, field128_avx512_ice;

#endif
