/* AVX2 and POPCNT: 256 bits a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "targets/avx2_elementwise.h"

static inline V flipped(V x) { return _mm256_xor_si256(x, _mm256_set1_epi64x(-1)); }

BINARY(bit_and, _mm256_and_si256(X, Y), x[i] & y[i])
BINARY(bit_xor, _mm256_xor_si256(X, Y), x[i] ^ y[i])
BINARY(bit_or, _mm256_or_si256(X, Y), x[i] | y[i])
BINARY(bit_and_not, _mm256_andnot_si256(Y, X), x[i] & ~y[i])
BINARY(bit_same, flipped(_mm256_xor_si256(X, Y)), ~(x[i] ^ y[i]))
UNARY(bit_not, flipped(X), ~x[i])
UNARY(bit_prefix_or, _mm256_or_si256(X, _mm256_sub_epi64(_mm256_setzero_si256(), X)), x[i] | (0 - x[i]))
UNARY(bit_prefix_and, _mm256_andnot_si256(_mm256_add_epi64(X, spread(1)), X), x[i] & ~(x[i] + 1))

static void bit_recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                          const uint64_t *a, size_t n, int with_de) {
    const uint64_t keep = with_de ? UINT64_MAX : 0;
    const V keeps = spread(keep);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const V e4 = load(e + i);
        const V right = _mm256_xor_si256(load(b + i), _mm256_and_si256(e4, keeps));
        const V products = _mm256_xor_si256(_mm256_and_si256(load(d + i), right), _mm256_and_si256(e4, load(a + i)));
        store(out + i, _mm256_xor_si256(load(c + i), products));
    }
    for (; i < n; i++) out[i] = c[i] ^ (d[i] & (b[i] ^ (e[i] & keep))) ^ (e[i] & a[i]);
}

static inline V masked(V x0, V x1, V y0, V y1, V before, V after) {
    const V products = _mm256_xor_si256(_mm256_and_si256(x0, _mm256_xor_si256(y0, y1)), _mm256_and_si256(x1, y0));
    return _mm256_xor_si256(products, _mm256_xor_si256(after, before));
}

static void bit_masked_product(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0,
                               const uint64_t *y1, const uint64_t *before, const uint64_t *after, size_t n) {
    ELEMENTWISE(out, n, 0,
                masked(load(x0 + i), load(x1 + i), load(y0 + i), load(y1 + i), load(before + i), load(after + i)),
                (x0[i] & (y0[i] ^ y1[i])) ^ (x1[i] & y0[i]) ^ after[i] ^ before[i]);
}

/* In each word, the ones of x: of each half byte by a table, summed over the bytes. */
static inline V ones_of_words(V x) {
    const V low = _mm256_set1_epi8(15);
    const V ones = _mm256_broadcastsi128_si256(_mm_set_epi8(4, 3, 3, 2, 3, 2, 2, 1, 3, 2, 2, 1, 2, 1, 1, 0));
    const V lower = _mm256_shuffle_epi8(ones, _mm256_and_si256(x, low));
    const V upper = _mm256_shuffle_epi8(ones, _mm256_and_si256(_mm256_srli_epi16(x, 4), low));
    return _mm256_sad_epu8(_mm256_add_epi8(lower, upper), _mm256_setzero_si256());
}

/* Adds x and y to the bits *sum: the new sum bits stay, what is returned counts twice. */
static inline V carry(V *sum, V x, V y) {
    const V odd = _mm256_xor_si256(*sum, x);
    const V twice = _mm256_or_si256(_mm256_and_si256(*sum, x), _mm256_and_si256(odd, y));
    *sum = _mm256_xor_si256(odd, y);
    return twice;
}

/* Harley and Seal's way: full adders on whole registers, so that only one register in eight is counted (Mula, Kurz,
 * Lemire, The Computer Journal 61, 2018, section 3.3). */
static uint64_t popcount(const uint64_t *x, size_t n) {
    V total = _mm256_setzero_si256(), ones = total, twos = total, fours = total;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        const uint64_t *p = x + i;
        const V a = carry(&ones, load(p), load(p + 4)), b = carry(&ones, load(p + 8), load(p + 12));
        const V c = carry(&ones, load(p + 16), load(p + 20)), d = carry(&ones, load(p + 24), load(p + 28));
        const V e = carry(&twos, a, b), f = carry(&twos, c, d);
        total = _mm256_add_epi64(total, ones_of_words(carry(&fours, e, f)));
    }
    total = _mm256_add_epi64(_mm256_slli_epi64(total, 3), _mm256_slli_epi64(ones_of_words(fours), 2));
    total = _mm256_add_epi64(total, _mm256_slli_epi64(ones_of_words(twos), 1));
    total = _mm256_add_epi64(total, ones_of_words(ones));
    uint64_t words[4], sum = 0;
    store(words, total);
    for (int j = 0; j < 4; j++) sum += words[j];
    for (; i < n; i++) sum += (uint64_t)_mm_popcnt_u64(x[i]);
    return sum;
}

/* The lowest bits of 32 bytes. */
static inline uint64_t lowest_bits(const uint8_t *bytes) {
    const V raised = _mm256_slli_epi16(_mm256_loadu_si256((const V *)bytes), 7);
    return (uint32_t)_mm256_movemask_epi8(raised);
}

static void pack(uint64_t *out, const uint8_t *bits, size_t count) {
    size_t i = 0;
    for (; i + 64 <= count; i += 64) out[i / 64] = lowest_bits(bits + i) | lowest_bits(bits + i + 32) << 32;
    if (i < count) out[i / 64] = 0;
    for (; i < count; i++) out[i / 64] |= (uint64_t)(bits[i] & 1) << (i % 64);
}

/* 32 bits as bytes 0 and 1: each byte of the register picks its byte of the bits, then its bit of that byte. */
static inline V bits_to_bytes(uint32_t bits) {
    const V which_byte = _mm256_set_epi64x(0x0303030303030303, 0x0202020202020202, 0x0101010101010101, 0);
    const V which_bit = _mm256_set1_epi64x((long long)0x8040201008040201u);
    const V copies = _mm256_shuffle_epi8(_mm256_set1_epi32((int)bits), which_byte);
    const V found = _mm256_cmpeq_epi8(_mm256_and_si256(copies, which_bit), which_bit);
    return _mm256_and_si256(found, _mm256_set1_epi8(1));
}

static void unpack(uint8_t *out, const uint64_t *words, size_t count) {
    size_t i = 0;
    for (; i + 64 <= count; i += 64) {
        _mm256_storeu_si256((V *)(out + i), bits_to_bytes((uint32_t)words[i / 64]));
        _mm256_storeu_si256((V *)(out + i + 32), bits_to_bytes((uint32_t)(words[i / 64] >> 32)));
    }
    for (; i < count; i++) out[i] = (words[i / 64] >> (i % 64)) & 1;
}

typedef uint64_t Lanes __attribute__((vector_size(32)));
enum { LANES = 4 };

#include "bits/planes.h"

#include "bits/prefix.h"

#include "bits/tables.h"

#include "bits/transpose.h"

static inline void transpose_words(Lanes v[4]) {
    const V a = _mm256_unpacklo_epi64((V)v[0], (V)v[1]), b = _mm256_unpackhi_epi64((V)v[0], (V)v[1]);
    const V c = _mm256_unpacklo_epi64((V)v[2], (V)v[3]), d = _mm256_unpackhi_epi64((V)v[2], (V)v[3]);
    v[0] = (Lanes)_mm256_permute2x128_si256(a, c, 0x20);
    v[1] = (Lanes)_mm256_permute2x128_si256(b, d, 0x20);
    v[2] = (Lanes)_mm256_permute2x128_si256(a, c, 0x31);
    v[3] = (Lanes)_mm256_permute2x128_si256(b, d, 0x31);
}

static void planes(uint64_t *out, const uint64_t *x, size_t count, size_t bits) { planes_from(0, out, x, count, bits); }

static void from_planes(uint64_t *out, const uint64_t *rows, size_t count, size_t bits) {
    from_planes_from(0, out, rows, count, bits);
}

const BitKernels bits_avx2 = {BIT_KERNELS(OWN)};

#include "targets/end.h"

#endif
