/* The contract of Parley's kernels: one struct of function pointers, filled once for each instruction set.
 *
 * Words are uint64_t and mean elements of Z_2^64; all arithmetic wraps. Arrays are C-contiguous, of any alignment
 * that uint64_t allows; n == 0 is allowed everywhere. Kernels allocate nothing, keep no state and call no one.
 *
 * Aliasing: in the elementwise entries `out` may be the very same array as any input; arrays that overlap in part
 * are not allowed. In all other entries `out` overlaps no input.
 *
 * Time: every entry's running time and memory accesses depend on lengths, shapes and shift counts alone, which are
 * public, never on the contents of arrays. An entry for which this fails ends in `_var`; there is none yet.
 */
#ifndef PARLEY_KERNELS_H
#define PARLEY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "Parley's kernels view words as little-endian bytes; this machine or compiler is not little-endian"
#endif

typedef struct {
    const char *name;

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

    /* Row-major product: out (rows, columns) = x (rows, inner) * y (inner, columns). No dimension is restricted:
     * inner == 0 gives zeros. */
    void (*matmul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns);

    /* Elementwise over n words of packed bits. */
    void (*bit_and)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_xor)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_or)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n);
    void (*bit_not)(uint64_t *out, const uint64_t *x, size_t n);

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

    /* AES-128 (FIPS 197). round_keys: the 11 round keys in the order of use. The key is secret, counters are public.
     * aes_ctr writes `blocks` blocks of 16 bytes: the encryptions of the 128-bit big-endian counters
     * (high, low), (high, low + 1), ...; low + blocks must not pass 2^64. */
    void (*aes_expand_key)(uint8_t round_keys[176], const uint8_t key[16]);
    void (*aes_ctr)(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t blocks);
} Kernels;

/* Complete. The other tables leave an entry NULL where they have nothing better than the next table;
 * built for another processor, they are all NULL. */
extern const Kernels kernels_portable;
extern const Kernels kernels_avx2;        /* needs AVX2, POPCNT, AES */
extern const Kernels kernels_avx512;      /* needs AVX-512 F, BW, DQ, VL beside that */
extern const Kernels kernels_avx512_vaes; /* needs VAES beside that */

#endif
