/* Elements of one word, for portable.c: what the kinds share, and how each reduces hi * 2^64 + lo. */

#include "masks.h"

typedef unsigned __int128 Wide;

/* x - p where x >= p, for x < 2p. */
static inline uint64_t less_p(uint64_t x, uint64_t p) { return x - (p & mask_where(x >= p)); }

static inline uint64_t add_words(uint64_t x, uint64_t y, const Field *f) {
    const uint64_t missing = f->p - y;
    return x - missing + (f->p & mask_where(x < missing));
}

static inline uint64_t sub_words(uint64_t x, uint64_t y, const Field *f) {
    return x - y + (f->p & mask_where(x < y));
}

/* 2^61 is 1, so pieces of 61 bits are added up. */
static inline uint64_t reduce_mersenne61(uint64_t hi, uint64_t lo, const Field *f) {
    const uint64_t sum = (lo & f->p) + ((hi << 3 | lo >> 61) & f->p) + (hi >> 58);
    return less_p((sum & f->p) + (sum >> 61), f->p);
}

/* 2^64 is c = 2^32 - 1, and 2^96 is -1. Neither correction can wrap again. */
static inline uint64_t reduce_field64(uint64_t hi, uint64_t lo, const Field *f) {
    const uint64_t c = 0xffffffff, upper = hi >> 32;
    const uint64_t low = lo - upper - (c & mask_where(lo < upper));
    const uint64_t high = (hi & c) * c, sum = low + high;
    return less_p(sum + (c & mask_where(sum < high)), f->p);
}

/* 2^64 is c < 2^32; after the first fold at most 2^32 - 1 is left above the word. */
static inline uint64_t reduce_pseudo(uint64_t hi, uint64_t lo, const Field *f) {
    const Wide folded = (Wide)hi * f->c + lo;
    const uint64_t high = (uint64_t)(folded >> 64) * f->c, sum = (uint64_t)folded + high;
    return less_p(sum + (f->c & mask_where(sum < high)), f->p);
}

/* Division of two words by one with a reciprocal: Moeller and Granlund, "Improved division by invariant integers", 2011,
 * algorithm 4. Needs hi < p. */
static inline uint64_t reduce_general(uint64_t hi, uint64_t lo, const Field *f) {
    const Wide u = ((Wide)hi << 64 | lo) << f->shift;
    const uint64_t d = f->normalised, u1 = (uint64_t)(u >> 64), u0 = (uint64_t)u;
    const Wide q = (Wide)f->reciprocal * u1 + u;
    const uint64_t quotient = (uint64_t)(q >> 64) + 1;
    uint64_t r = u0 - quotient * d;
    r += d & mask_where(r > (uint64_t)q);
    return less_p(r, d) >> f->shift;
}

/* A sum of products, of at most 2^64 of them. */
typedef struct {
    Wide low;
    uint64_t high;
} Words;

static inline void words_mul_add(Words *sum, uint64_t x, uint64_t y) {
    const Wide product = (Wide)x * y;
    sum->low += product;
    sum->high += bit_where(sum->low < product);
}
