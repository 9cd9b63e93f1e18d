/* Elementwise arithmetic on words. */
#ifndef PARLEY_RING_CONTRACT_H
#define PARLEY_RING_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* Elementwise over n words: out = x + y, x - y, -x, x * y mod 2^64. */
    void (*add)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*sub)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*neg)(uint64_t *out, const uint64_t *x, size_t n);
    void (*mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);

    /* Elementwise: out = c + d*b + e*a, and + d*e where with_de is not 0 (it is public). */
    void (*recombine)(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de);

    /* Elementwise: out = (x + plus) >> s (logical) and x << s, 0 <= s <= 63; the sum wraps; plus and s are public. */
    void (*shift_right)(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n);
    void (*shift_left)(uint64_t *out, const uint64_t *x, unsigned s, size_t n);

    /* Elementwise: out = x * factor + plus, and (x + plus) & mask; factor and plus are one word each, which may be
     * secret and of another array than out; mask is public. */
    void (*affine)(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus,
                   size_t n);
    void (*offset)(uint64_t *out, const uint64_t *x, const uint64_t *plus, uint64_t mask, size_t n);

    /* x (outer, count, inner) summed over its middle axis: out (outer, inner). */
    void (*sum)(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner);
} RingKernels;

extern const RingKernels ring_portable, ring_avx2, ring_avx512;

#endif
