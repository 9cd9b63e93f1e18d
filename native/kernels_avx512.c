/* AVX-512 (F, BW, DQ, VL): eight words a register; and VAES, four blocks a register, in a table of its own. */

#include "kernels.h"

#if defined(__x86_64__)

#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,prefer-vector-width=512")
#endif

typedef __m512i V;

static inline __mmask8 first(size_t words) { return (__mmask8)((1u << words) - 1); }
static inline V load(const uint64_t *p) { return _mm512_loadu_si512(p); }
static inline V load_first(const uint64_t *p, size_t words) { return _mm512_maskz_loadu_epi64(first(words), p); }
static inline void store(uint64_t *p, V v) { _mm512_storeu_si512(p, v); }
static inline void store_first(uint64_t *p, size_t words, V v) { _mm512_mask_storeu_epi64(p, first(words), v); }
static inline V spread(uint64_t word) { return _mm512_set1_epi64((long long)word); }

/* Elementwise kernels: `value` is an expression of the input vectors X and Y. */
#define UNARY(name, value)                                          \
    static void name(uint64_t *out, const uint64_t *x, size_t n) {  \
        size_t i = 0;                                               \
        for (; i + 8 <= n; i += 8) {                                \
            const V X = load(x + i);                                \
            store(out + i, value);                                  \
        }                                                           \
        const V X = load_first(x + i, n - i);                       \
        store_first(out + i, n - i, value);                         \
    }

#define BINARY(name, value)                                                            \
    static void name(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {  \
        size_t i = 0;                                                                  \
        for (; i + 8 <= n; i += 8) {                                                   \
            const V X = load(x + i), Y = load(y + i);                                  \
            store(out + i, value);                                                     \
        }                                                                              \
        const V X = load_first(x + i, n - i), Y = load_first(y + i, n - i);            \
        store_first(out + i, n - i, value);                                            \
    }

BINARY(add, _mm512_add_epi64(X, Y))
BINARY(sub, _mm512_sub_epi64(X, Y))
BINARY(mul, _mm512_mullo_epi64(X, Y))
BINARY(bit_and, _mm512_and_si512(X, Y))
BINARY(bit_xor, _mm512_xor_si512(X, Y))
BINARY(bit_or, _mm512_or_si512(X, Y))
UNARY(neg, _mm512_sub_epi64(_mm512_setzero_si512(), X))
UNARY(bit_not, _mm512_xor_si512(X, _mm512_set1_epi64(-1)))

static inline V combine(V c, V d, V b, V e, V a, V keep) {
    const V factor = _mm512_add_epi64(b, _mm512_and_si512(e, keep));
    return _mm512_add_epi64(c, _mm512_add_epi64(_mm512_mullo_epi64(d, factor), _mm512_mullo_epi64(e, a)));
}

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const V keep = spread(with_de ? UINT64_MAX : 0);
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        store(out + i, combine(load(c + i), load(d + i), load(b + i), load(e + i), load(a + i), keep));
    const size_t rest = n - i;
    store_first(out + i, rest,
                combine(load_first(c + i, rest), load_first(d + i, rest), load_first(b + i, rest),
                        load_first(e + i, rest), load_first(a + i, rest), keep));
}

static void shift_right(uint64_t *out, const uint64_t *x, uint64_t plus, unsigned s, size_t n) {
    const V addend = spread(plus);
    const __m128i by = _mm_cvtsi32_si128((int)s);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) store(out + i, _mm512_srl_epi64(_mm512_add_epi64(load(x + i), addend), by));
    store_first(out + i, n - i, _mm512_srl_epi64(_mm512_add_epi64(load_first(x + i, n - i), addend), by));
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    const __m128i by = _mm_cvtsi32_si128((int)s);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) store(out + i, _mm512_sll_epi64(load(x + i), by));
    store_first(out + i, n - i, _mm512_sll_epi64(load_first(x + i, n - i), by));
}

/* The matrix product: tiles of 8 rows by two registers, 16 sums at a time. */

enum { PANEL = 16, TILE = 8 };

#include "matmul_blocks.h"

/* `rows` and `vectors` (registers a row) are constants where this is inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, const size_t vectors, uint64_t *out,
                                                          size_t out_step, const uint64_t *x, size_t x_step,
                                                          const uint64_t *panel, size_t depth, size_t columns,
                                                          int accumulate) {
    V sums[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sums[i][v] = _mm512_setzero_si512();
    for (size_t l = 0; l < depth; l++) {
        V y[2];
        for (size_t v = 0; v < vectors; v++) y[v] = load(panel + l * PANEL + 8 * v);
        for (size_t i = 0; i < rows; i++) {
            const V factor = spread(x[i * x_step + l]);
            for (size_t v = 0; v < vectors; v++)
                sums[i][v] = _mm512_add_epi64(sums[i][v], _mm512_mullo_epi64(factor, y[v]));
        }
    }
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) {
            uint64_t *place = out + i * out_step + 8 * v;
            const size_t words = at_most(columns - 8 * v, 8);
            const V before = accumulate ? load_first(place, words) : _mm512_setzero_si512();
            store_first(place, words, _mm512_add_epi64(before, sums[i][v]));
        }
}

#define TILE_CASE(rows)                                                                                     \
    case rows:                                                                                              \
        if (columns > 8)                                                                                    \
            tile_of(rows, 2, out, out_step, x, x_step, panel, depth, columns, accumulate);                  \
        else                                                                                                \
            tile_of(rows, 1, out, out_step, x, x_step, panel, depth, columns, accumulate);                  \
        break;

static void tile(uint64_t *out, size_t out_step, const uint64_t *x, size_t x_step, const uint64_t *panel, size_t depth,
                 size_t rows, size_t columns, int accumulate) {
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
        TILE_CASE(6)
        TILE_CASE(7)
        TILE_CASE(8)
    }
}

/* out += x (4) * y (4, columns): one pass over four rows of y at a time. */
static void add_four_rows(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t columns) {
    const V x0 = spread(x[0]), x1 = spread(x[1]), x2 = spread(x[2]), x3 = spread(x[3]);
    const uint64_t *y1 = y + columns, *y2 = y1 + columns, *y3 = y2 + columns;
    for (size_t j = 0; j < columns; j += 8) {
        const size_t words = at_most(columns - j, 8);
        const V p0 = _mm512_mullo_epi64(x0, load_first(y + j, words));
        const V p1 = _mm512_mullo_epi64(x1, load_first(y1 + j, words));
        const V p2 = _mm512_mullo_epi64(x2, load_first(y2 + j, words));
        const V p3 = _mm512_mullo_epi64(x3, load_first(y3 + j, words));
        const V sum = _mm512_add_epi64(_mm512_add_epi64(p0, p1), _mm512_add_epi64(p2, p3));
        store_first(out + j, words, _mm512_add_epi64(load_first(out + j, words), sum));
    }
}

static void row_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t inner, size_t columns) {
    size_t l = 0;
    memset(out, 0, columns * sizeof *out);
    for (; l + 4 <= inner; l += 4) add_four_rows(out, x + l, y + l * columns, columns);
    for (; l < inner; l++)
        for (size_t j = 0; j < columns; j++) out[j] += x[l] * y[l * columns + j];
}

/* Not the compiler's own reduction, which adds signed integers: they may overflow. */
static inline uint64_t sum_of_lanes(V v) {
    const __m256i four = _mm256_add_epi64(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    const __m128i two = _mm_add_epi64(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
    return (uint64_t)_mm_cvtsi128_si64(two) + (uint64_t)_mm_extract_epi64(two, 1);
}

static void column_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner) {
    for (size_t i = 0; i < rows; i++) {
        const uint64_t *row = x + i * inner;
        V even = _mm512_setzero_si512(), odd = even;
        size_t l = 0;
        for (; l + 16 <= inner; l += 16) {
            even = _mm512_add_epi64(even, _mm512_mullo_epi64(load(row + l), load(y + l)));
            odd = _mm512_add_epi64(odd, _mm512_mullo_epi64(load(row + l + 8), load(y + l + 8)));
        }
        for (; l < inner; l += 8) {
            const size_t words = at_most(inner - l, 8);
            even = _mm512_add_epi64(even, _mm512_mullo_epi64(load_first(row + l, words), load_first(y + l, words)));
        }
        out[i] = sum_of_lanes(_mm512_add_epi64(even, odd));
    }
}

/* Packed bits. */

static void pack(uint64_t *out, const uint8_t *bits, size_t count) {
    const V one = _mm512_set1_epi8(1);
    size_t i = 0;
    for (; i + 64 <= count; i += 64) out[i / 64] = _mm512_test_epi8_mask(_mm512_loadu_si512(bits + i), one);
    if (i < count) {
        const __mmask64 rest = ((__mmask64)1 << (count - i)) - 1;
        out[i / 64] = _mm512_test_epi8_mask(_mm512_maskz_loadu_epi8(rest, bits + i), one);
    }
}

static void unpack(uint8_t *out, const uint64_t *words, size_t count) {
    size_t i = 0;
    for (; i + 64 <= count; i += 64) _mm512_storeu_si512(out + i, _mm512_maskz_set1_epi8(words[i / 64], 1));
    if (i < count) {
        const __mmask64 rest = ((__mmask64)1 << (count - i)) - 1;
        _mm512_mask_storeu_epi8(out + i, rest, _mm512_maskz_set1_epi8(words[i / 64], 1));
    }
}

typedef uint64_t Lanes __attribute__((vector_size(64)));
enum { LANES = 8 };

#include "bit_planes.h"

static inline void transpose_words(Lanes v[8]) {
    V pairs[8], quads[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_epi64((V)v[i], (V)v[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64((V)v[i], (V)v[i + 1]);
    }
    for (int half = 0; half < 8; half += 4)
        for (int i = half; i < half + 2; i++) {
            quads[i] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0x88);
            quads[i + 2] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0xdd);
        }
    for (int i = 0; i < 4; i++) {
        v[i] = (Lanes)_mm512_shuffle_i64x2(quads[i], quads[i + 4], 0x88);
        v[i + 4] = (Lanes)_mm512_shuffle_i64x2(quads[i], quads[i + 4], 0xdd);
    }
}

const Kernels kernels_avx512 = {
    .name = "avx512",
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
    .pack = pack,
    .unpack = unpack,
    .planes = planes,
    .from_planes = from_planes,
};

#include "target_end.h"

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,aes,vaes"))), \
                             apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,aes,vaes")
#endif

/* Encrypts 4 * `vectors` blocks (a constant where this is inlined). `next` holds four counters, little-endian in the
 * upper half of each block; they are moved on. */
static inline __attribute__((always_inline)) void encrypt_counters(__m512i *state, const int vectors, __m512i *next,
                                                                   const __m512i keys[11]) {
    const __m512i four = _mm512_set_epi64(4, 0, 4, 0, 4, 0, 4, 0);
    const __m512i swap_upper =
        _mm512_broadcast_i32x4(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 4, 3, 2, 1, 0));
    for (int v = 0; v < vectors; v++) {
        state[v] = _mm512_xor_si512(_mm512_shuffle_epi8(*next, swap_upper), keys[0]);
        *next = _mm512_add_epi64(*next, four);
    }
    for (int round = 1; round < 10; round++)
        for (int v = 0; v < vectors; v++) state[v] = _mm512_aesenc_epi128(state[v], keys[round]);
    for (int v = 0; v < vectors; v++) state[v] = _mm512_aesenclast_epi128(state[v], keys[10]);
}

static void aes_ctr(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t blocks) {
    const long long top = (long long)__builtin_bswap64(high);
    const uint64_t l = low;
    __m512i next = _mm512_set_epi64((long long)(l + 3), top, (long long)(l + 2), top, (long long)(l + 1), top, (long long)l, top);
    __m512i keys[11], state[8];
    for (int i = 0; i < 11; i++)
        keys[i] = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(round_keys + 16 * i)));
    for (; blocks >= 32; blocks -= 32, out += 512) {
        encrypt_counters(state, 8, &next, keys);
        for (int v = 0; v < 8; v++) _mm512_storeu_si512(out + 64 * v, state[v]);
    }
    while (blocks) {
        const size_t now = blocks < 4 ? blocks : 4;
        encrypt_counters(state, 1, &next, keys);
        _mm512_mask_storeu_epi64(out, (__mmask8)((1u << 2 * now) - 1), state[0]);
        blocks -= now;
        out += 16 * now;
    }
}

const Kernels kernels_avx512_vaes = {.name = "avx512-vaes", .aes_ctr = aes_ctr};

#include "target_end.h"

#else

const Kernels kernels_avx512 = {.name = "avx512"};
const Kernels kernels_avx512_vaes = {.name = "avx512-vaes"};

#endif
