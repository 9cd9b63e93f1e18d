/* VAES: four blocks a register, GROUP registers at a time. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

#include "aes/blocks_avx512_ice.h"
#include "ot/folds.h"

/* Rows of the sparse matrix that are worked on together; their words; and the registers that these fill. */
enum { ROWS = 8, WORDS = ROWS * PARLEY_OT_PICK_WORDS, REGISTERS = WORDS / 8 };

/* Where the rows of the table lie that ROWS rows of the matrix pick, in bytes: offsets[t] has, for each word, its
 * number t. */
static inline void pick(uint64_t offsets[3][WORDS], const V keys[11], uint64_t row, V mask) {
    V state[REGISTERS];
    for (size_t i = 0; i < REGISTERS; i++) state[i] = _mm512_xor_si512(counters_from(2 * row + 4 * i), keys[0]);
    for (int round = 1; round < 10; round++)
        for (size_t i = 0; i < REGISTERS; i++) state[i] = _mm512_aesenc_epi128(state[i], keys[round]);
    for (size_t i = 0; i < REGISTERS; i++) {
        const V words = _mm512_aesenclast_epi128(state[i], keys[10]);
        store(offsets[0] + 8 * i, _mm512_and_si512(_mm512_slli_epi64(words, 4), mask));
        store(offsets[1] + 8 * i, _mm512_and_si512(_mm512_srli_epi64(words, PARLEY_OT_PICK_BITS - 4), mask));
        store(offsets[2] + 8 * i, _mm512_and_si512(_mm512_srli_epi64(words, 2 * PARLEY_OT_PICK_BITS - 4), mask));
    }
}

static inline void add_rows(uint64_t *out, const uint64_t *table, const uint64_t offsets[3][WORDS], size_t rows) {
    for (size_t r = 0; r < rows; r++) {
        const size_t word = r * PARLEY_OT_PICK_WORDS;
        __m128i sum[2] = {_mm_loadu_si128((const __m128i *)(out + 2 * r)), _mm_setzero_si128()};
#pragma GCC unroll 10
        for (size_t term = 0; term < PARLEY_OT_TERMS; term++) {
            const uint8_t *row = (const uint8_t *)table + offsets[term % 3][word + term / 3];
            sum[term % 2] = _mm_xor_si128(sum[term % 2], _mm_loadu_si128((const __m128i *)row));
        }
        _mm_storeu_si128((__m128i *)(out + 2 * r), _mm_xor_si128(sum[0], sum[1]));
    }
}

/* The next rows are picked while loads for these are under way. */
static void add_sparse(uint64_t *out, const uint64_t *table, size_t log_size, const uint8_t *round_keys, uint64_t first,
                       size_t n) {
    const V mask = spread((((uint64_t)1 << log_size) - 1) << 4);
    uint64_t offsets[2][3][WORDS];
    V keys[11];
    for (int round = 0; round < 11; round++) keys[round] = spread_block(round_keys + 16 * round);
    pick(offsets[0], keys, first, mask);
    for (size_t i = 0, now = 0; i < n; i += ROWS, now ^= 1) {
        pick(offsets[now ^ 1], keys, first + i + ROWS, mask);
        add_rows(out + 2 * i, table, (const uint64_t(*)[WORDS])offsets[now], at_most(n - i, ROWS));
    }
}

static void add_to_pair(uint64_t *pairs, size_t n, uint64_t which, const uint64_t value[4], const uint64_t keep[4]) {
    const V added = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)value));
    const V kept = _mm512_broadcast_i64x4(_mm256_loadu_si256((const __m256i *)keep)), number = spread(which);
    V here = _mm512_set_epi64(1, 1, 1, 1, 0, 0, 0, 0);
    for (size_t i = 0; i < n; i += 2, here = _mm512_add_epi64(here, spread(2))) {
        const size_t words = at_most(4 * (n - i), 8);
        const V chosen = _mm512_maskz_mov_epi64(_mm512_cmpeq_epi64_mask(here, number), added);
        const V old = _mm512_and_si512(load_first(pairs + 4 * i, words), kept);
        store_first(pairs + 4 * i, words, _mm512_xor_si512(old, chosen));
    }
}

const OtKernels ot_avx512_ice = {OWN(fold) OWN(add_sparse) OWN(add_to_pair)};

#include "targets/end.h"

#endif
