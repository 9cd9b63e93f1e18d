/* Packed bits, 64 to a word. */
#ifndef PARLEY_BITS_CONTRACT_H
#define PARLEY_BITS_CONTRACT_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    /* Elementwise over n words of packed bits: x & y, x ^ y, x | y, x & ~y, ~(x ^ y), ~x. */
    void (*bit_and)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_xor)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_or)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_and_not)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_same)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_not)(uint64_t *out, const uint64_t *x, size_t n);

    /* Elementwise: out = c ^ d & b ^ e & a, and ^ d & e where with_de is not 0 (it is public). */
    void (*bit_recombine)(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                          const uint64_t *a, size_t n, int with_de);

    /* Elementwise: bit i of each word becomes the xor, or, and of bits 0 to i of that word. */
    void (*prefix_xor)(uint64_t *out, const uint64_t *x, size_t n);
    void (*prefix_or)(uint64_t *out, const uint64_t *x, size_t n);
    void (*prefix_and)(uint64_t *out, const uint64_t *x, size_t n);

    /* The number of ones in n words. */
    uint64_t (*popcount)(const uint64_t *x, size_t n);

    /* Bit i of a row of `count` bits is bit i % 64 of word i / 64; a row takes ceil(count / 64) words.
     * pack takes the lowest bit of each of `count` bytes and clears the padding of the last word;
     * unpack writes `count` bytes 0 or 1 and ignores the padding. */
    void (*pack)(uint64_t *out, const uint8_t *bits, size_t count);
    void (*unpack)(uint8_t *out, const uint64_t *words, size_t count);

    /* planes: out (bits, ceil(count / 64)); row i packs bit i of every one of the `count` words x; padding cleared.
     * from_planes: the inverse; bits of out at and above `bits` are 0, padding in the rows is ignored.
     * 0 <= bits <= 64. */
    void (*planes)(uint64_t *out, const uint64_t *x, size_t count, size_t bits);
    void (*from_planes)(uint64_t *out, const uint64_t *rows, size_t count, size_t bits);

    /* Bit c of row r of x becomes bit r of row c of out. Row r of x begins at byte r * x_step, of which it has
     * ceil(columns / 8): bit c is bit c % 8 of byte c / 8. Row c of out begins at byte c * out_step and has
     * ceil(rows / 8); bytes between rows stay as they are. Padding bits of the last byte are ignored in x, 0 in out. */
    void (*transpose)(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns);
} BitKernels;

extern const BitKernels bits_portable, bits_avx2, bits_avx512, bits_avx512_ice;

#endif
