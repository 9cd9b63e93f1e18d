/* AVX2, POPCNT and AES-NI: four words, or one block, a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,popcnt,aes"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,aes")
#endif

typedef __m256i V;

static inline V load(const uint64_t *p) { return _mm256_loadu_si256((const V *)p); }
static inline void store(uint64_t *p, V v) { _mm256_storeu_si256((V *)p, v); }
static inline V spread(uint64_t word) { return _mm256_set1_epi64x((long long)word); }
static inline V upper_halves(V v) { return _mm256_srli_epi64(v, 32); }

/* x * y mod 2^64 = low(x) low(y) + 2^32 (low(x) high(y) + high(x) low(y)). */
static inline V mul_words(V x, V y) {
    const V cross = _mm256_add_epi64(_mm256_mul_epu32(x, upper_halves(y)), _mm256_mul_epu32(upper_halves(x), y));
    return _mm256_add_epi64(_mm256_mul_epu32(x, y), _mm256_slli_epi64(cross, 32));
}

/* Elementwise kernels: `value` of the vectors X and Y, then `word` of single words x[i] and y[i]. */
#define UNARY(name, value, word)                                                       \
    static void name(uint64_t *out, const uint64_t *x, size_t n) {                     \
        size_t i = 0;                                                                  \
        for (; i + 4 <= n; i += 4) {                                                   \
            const V X = load(x + i);                                                   \
            store(out + i, value);                                                     \
        }                                                                              \
        for (; i < n; i++) out[i] = word;                                              \
    }

#define BINARY(name, value, word)                                                      \
    static void name(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {  \
        size_t i = 0;                                                                  \
        for (; i + 4 <= n; i += 4) {                                                   \
            const V X = load(x + i), Y = load(y + i);                                  \
            store(out + i, value);                                                     \
        }                                                                              \
        for (; i < n; i++) out[i] = word;                                              \
    }

BINARY(add, _mm256_add_epi64(X, Y), x[i] + y[i])
BINARY(sub, _mm256_sub_epi64(X, Y), x[i] - y[i])
BINARY(mul, mul_words(X, Y), x[i] * y[i])
BINARY(bit_and, _mm256_and_si256(X, Y), x[i] & y[i])
BINARY(bit_xor, _mm256_xor_si256(X, Y), x[i] ^ y[i])
BINARY(bit_or, _mm256_or_si256(X, Y), x[i] | y[i])
UNARY(neg, _mm256_sub_epi64(_mm256_setzero_si256(), X), 0 - x[i])
UNARY(bit_not, _mm256_xor_si256(X, _mm256_set1_epi64x(-1)), ~x[i])

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const uint64_t keep = with_de ? UINT64_MAX : 0;
    const V keeps = spread(keep);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const V e4 = load(e + i);
        const V factor = _mm256_add_epi64(load(b + i), _mm256_and_si256(e4, keeps));
        const V products = _mm256_add_epi64(mul_words(load(d + i), factor), mul_words(e4, load(a + i)));
        store(out + i, _mm256_add_epi64(load(c + i), products));
    }
    for (; i < n; i++) out[i] = c[i] + d[i] * (b[i] + (e[i] & keep)) + e[i] * a[i];
}

static void shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    const V addend = spread(plus);
    const __m128i by = _mm_cvtsi32_si128((int)s);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) store(out + i, _mm256_srl_epi64(_mm256_add_epi64(load(x + i), addend), by));
    for (; i < n; i++) out[i] = (x[i] + plus) >> s;
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    const __m128i by = _mm_cvtsi32_si128((int)s);
    size_t i = 0;
    for (; i + 4 <= n; i += 4) store(out + i, _mm256_sll_epi64(load(x + i), by));
    for (; i < n; i++) out[i] = x[i] << s;
}

/* The matrix product: tiles of 2 rows by two registers. Low and cross products are summed apart, so that the shift
 * by 32 is done once a tile; the upper halves of x come for free as broadcast 32-bit loads. */

enum { PANEL = 8, TILE = 2 };

#include "matmul_blocks.h"

static inline V spread_upper_half(const uint64_t *word) {
    int32_t upper;
    memcpy(&upper, (const uint8_t *)word + 4, sizeof upper);
    return _mm256_set1_epi32(upper);
}

static inline void tile_store(uint64_t *out, V sum, size_t words, int accumulate) {
    uint64_t lanes[4];
    store(lanes, sum);
    for (size_t j = 0; j < words; j++) out[j] = lanes[j] + (accumulate ? out[j] : 0);
}

/* `rows` is a constant where this is inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, uint64_t *out, size_t out_step,
                                                          const uint64_t *x, size_t x_step, const uint64_t *panel,
                                                          size_t depth, size_t columns, int accumulate) {
    V low[TILE][2], cross[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (int v = 0; v < 2; v++) low[i][v] = cross[i][v] = _mm256_setzero_si256();
    for (size_t l = 0; l < depth; l++) {
        for (int v = 0; v < 2; v++) {
            const V y = load(panel + l * PANEL + 4 * v), y_upper = upper_halves(y);
            for (size_t i = 0; i < rows; i++) {
                const uint64_t *factor = x + i * x_step + l;
                const V f = spread(*factor), f_upper = spread_upper_half(factor);
                low[i][v] = _mm256_add_epi64(low[i][v], _mm256_mul_epu32(f, y));
                cross[i][v] = _mm256_add_epi64(cross[i][v], _mm256_mul_epu32(f, y_upper));
                cross[i][v] = _mm256_add_epi64(cross[i][v], _mm256_mul_epu32(f_upper, y));
            }
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < 2 && 4 * v < columns; v++)
            tile_store(out + i * out_step + 4 * v, _mm256_add_epi64(low[i][v], _mm256_slli_epi64(cross[i][v], 32)),
                       at_most(columns - 4 * v, 4), accumulate);
}

static void tile(uint64_t *out, size_t out_step, const uint64_t *x, size_t x_step, const uint64_t *panel, size_t depth,
                 size_t rows, size_t columns, int accumulate) {
    if (rows == 2)
        tile_of(2, out, out_step, x, x_step, panel, depth, columns, accumulate);
    else
        tile_of(1, out, out_step, x, x_step, panel, depth, columns, accumulate);
}

/* out += x (4) * y (4, columns): one pass over four rows of y at a time. */
static void add_four_rows(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t columns) {
    const V x0 = spread(x[0]), x1 = spread(x[1]), x2 = spread(x[2]), x3 = spread(x[3]);
    const uint64_t *y1 = y + columns, *y2 = y1 + columns, *y3 = y2 + columns;
    size_t j = 0;
    for (; j + 4 <= columns; j += 4) {
        const V p01 = _mm256_add_epi64(mul_words(x0, load(y + j)), mul_words(x1, load(y1 + j)));
        const V p23 = _mm256_add_epi64(mul_words(x2, load(y2 + j)), mul_words(x3, load(y3 + j)));
        store(out + j, _mm256_add_epi64(load(out + j), _mm256_add_epi64(p01, p23)));
    }
    for (; j < columns; j++) out[j] += x[0] * y[j] + x[1] * y1[j] + x[2] * y2[j] + x[3] * y3[j];
}

static void row_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t inner, size_t columns) {
    size_t l = 0;
    memset(out, 0, columns * sizeof *out);
    for (; l + 4 <= inner; l += 4) add_four_rows(out, x + l, y + l * columns, columns);
    for (; l < inner; l++)
        for (size_t j = 0; j < columns; j++) out[j] += x[l] * y[l * columns + j];
}

static void column_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner) {
    for (size_t i = 0; i < rows; i++) {
        const uint64_t *row = x + i * inner;
        V sums = _mm256_setzero_si256();
        uint64_t lanes[4], rest = 0;
        size_t l = 0;
        for (; l + 4 <= inner; l += 4) sums = _mm256_add_epi64(sums, mul_words(load(row + l), load(y + l)));
        for (; l < inner; l++) rest += row[l] * y[l];
        store(lanes, sums);
        out[i] = lanes[0] + lanes[1] + lanes[2] + lanes[3] + rest;
    }
}

/* Packed bits. */

static uint64_t popcount(const uint64_t *x, size_t n) {
    uint64_t total = 0;
    for (size_t i = 0; i < n; i++) total += (uint64_t)_mm_popcnt_u64(x[i]);
    return total;
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

#include "bit_planes.h"

static inline void transpose_words(Lanes v[4]) {
    const V a = _mm256_unpacklo_epi64((V)v[0], (V)v[1]), b = _mm256_unpackhi_epi64((V)v[0], (V)v[1]);
    const V c = _mm256_unpacklo_epi64((V)v[2], (V)v[3]), d = _mm256_unpackhi_epi64((V)v[2], (V)v[3]);
    v[0] = (Lanes)_mm256_permute2x128_si256(a, c, 0x20);
    v[1] = (Lanes)_mm256_permute2x128_si256(b, d, 0x20);
    v[2] = (Lanes)_mm256_permute2x128_si256(a, c, 0x31);
    v[3] = (Lanes)_mm256_permute2x128_si256(b, d, 0x31);
}

/* AES-128. */

static inline __m128i next_round_key(__m128i key, __m128i assist) {
    key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
    return _mm_xor_si128(key, _mm_shuffle_epi32(assist, 0xff));
}

#define ROUND_KEY(round, constant)                                        \
    k = next_round_key(k, _mm_aeskeygenassist_si128(k, constant));        \
    _mm_storeu_si128((__m128i *)(round_keys + 16 * (round)), k)

static void aes_expand_key(uint8_t round_keys[176], const uint8_t key[16]) {
    __m128i k = _mm_loadu_si128((const __m128i *)key);
    _mm_storeu_si128((__m128i *)round_keys, k);
    ROUND_KEY(1, 0x01);
    ROUND_KEY(2, 0x02);
    ROUND_KEY(3, 0x04);
    ROUND_KEY(4, 0x08);
    ROUND_KEY(5, 0x10);
    ROUND_KEY(6, 0x20);
    ROUND_KEY(7, 0x40);
    ROUND_KEY(8, 0x80);
    ROUND_KEY(9, 0x1b);
    ROUND_KEY(10, 0x36);
}

/* Encrypts the counters (high, low), (high, low + 1), ...; `blocks` is a constant where this is inlined. */
static inline __attribute__((always_inline)) void encrypt_counters(uint8_t *out, const int blocks, uint64_t high,
                                                                   uint64_t low, const __m128i keys[11]) {
    const long long top = (long long)__builtin_bswap64(high);
    __m128i state[8];
    for (int i = 0; i < blocks; i++) {
        const __m128i counter = _mm_set_epi64x((long long)__builtin_bswap64(low + (uint64_t)i), top);
        state[i] = _mm_xor_si128(counter, keys[0]);
    }
    for (int round = 1; round < 10; round++)
        for (int i = 0; i < blocks; i++) state[i] = _mm_aesenc_si128(state[i], keys[round]);
    for (int i = 0; i < blocks; i++)
        _mm_storeu_si128((__m128i *)(out + 16 * i), _mm_aesenclast_si128(state[i], keys[10]));
}

static void aes_ctr(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t blocks) {
    __m128i keys[11];
    for (int i = 0; i < 11; i++) keys[i] = _mm_loadu_si128((const __m128i *)(round_keys + 16 * i));
    for (; blocks >= 8; blocks -= 8, low += 8, out += 128) encrypt_counters(out, 8, high, low, keys);
    for (; blocks; blocks--, low++, out += 16) encrypt_counters(out, 1, high, low, keys);
}

const Kernels kernels_avx2 = {
    .name = "avx2",
    .add = add,
    .sub = sub,
    .neg = neg,
    .mul = mul,
    .recombine = recombine,
    .shift_right = shift_right,
    .shift_left = shift_left,
    .matmul = matmul,
    .bit_and = bit_and,
    .bit_xor = bit_xor,
    .bit_or = bit_or,
    .bit_not = bit_not,
    .popcount = popcount,
    .pack = pack,
    .unpack = unpack,
    .planes = planes,
    .from_planes = from_planes,
    .aes_expand_key = aes_expand_key,
    .aes_ctr = aes_ctr,
};

#include "target_end.h"

#else

const Kernels kernels_avx2 = {.name = "avx2"};

#endif
