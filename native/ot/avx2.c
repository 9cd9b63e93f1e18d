/* AES-NI: a block a register, GROUP registers at a time. */

#include "kernels.h"
#include "lengths.h"
#include "ot/gray.h"

#include <string.h>

#if defined(__x86_64__)

#include "targets/avx2.h"

enum { GROUP = 8, MAX_K = 8, PICKED_ROWS = 64 };

typedef __m128i Block;

static inline Block load_block(const void *p) { return _mm_loadu_si128((const __m128i *)p); }

/* sum ^= the encryptions of the counters. */
static inline __attribute__((always_inline)) void add_stream(Block sum[GROUP], const Block counters[GROUP],
                                                             const uint8_t *round_keys) {
    Block state[GROUP];
    Block key = load_block(round_keys);
    for (int i = 0; i < GROUP; i++) state[i] = _mm_xor_si128(counters[i], key);
    for (int round = 1; round < 10; round++) {
        key = load_block(round_keys + 16 * round);
        for (int i = 0; i < GROUP; i++) state[i] = _mm_aesenc_si128(state[i], key);
    }
    key = load_block(round_keys + 160);
    for (int i = 0; i < GROUP; i++) sum[i] = _mm_xor_si128(sum[i], _mm_aesenclast_si128(state[i], key));
}

static inline void store_blocks(uint64_t *out, const Block v[GROUP], size_t blocks) {
    for (size_t i = 0; i < blocks; i++) _mm_storeu_si128((__m128i *)(out + 2 * i), v[i]);
}

/* At most GROUP blocks. */
static void fold_group(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k,
                       uint64_t first, size_t blocks) {
    Block counters[GROUP], total[GROUP], row[MAX_K][GROUP];
    for (size_t i = 0; i < GROUP; i++) counters[i] = _mm_set_epi64x((long long)__builtin_bswap64(first + i), 0);
    memset(total, 0, sizeof total);
    memset(row, 0, k * sizeof row[0]);
    for (size_t t = ((size_t)1 << k) - 1; t; t--) {
        add_stream(total, counters, round_keys + 176 * gray(t));
        Block *changes = row[changed(t)];
        for (int i = 0; i < GROUP; i++) changes[i] = _mm_xor_si128(changes[i], total[i]);
    }
    for (size_t j = 0; j < k; j++) store_blocks(rows + j * step, row[j], blocks);
    if (sum) {
        add_stream(total, counters, round_keys);
        store_blocks(sum, total, blocks);
    }
}

static void fold(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k, uint64_t first,
                 size_t blocks) {
    for (size_t i = 0; i < blocks; i += GROUP)
        fold_group(sum ? sum + 2 * i : NULL, rows + 2 * i, step, round_keys, k, first + i, at_most(blocks - i, GROUP));
}

/* The numbers of a row are independent loads: all ten are under way before the first sum needs one. */
static void add_picked(uint64_t *out, const uint64_t *table, const uint64_t *picks, size_t log_size, size_t n) {
    const uint64_t mask = ((uint64_t)1 << log_size) - 1;
    for (size_t i = 0; i < n; i++, picks += PARLEY_OT_PICK_WORDS) {
        Block sum = load_block(out + 2 * i), other = _mm_setzero_si128();
#pragma GCC unroll 5
        for (size_t term = 0; term < PARLEY_OT_TERMS; term += 2) {
            const uint64_t a = picks[term / 3] >> term % 3 * PARLEY_OT_PICK_BITS & mask;
            const uint64_t b = picks[(term + 1) / 3] >> (term + 1) % 3 * PARLEY_OT_PICK_BITS & mask;
            sum = _mm_xor_si128(sum, load_block(table + 2 * a));
            other = _mm_xor_si128(other, load_block(table + 2 * b));
        }
        _mm_storeu_si128((__m128i *)(out + 2 * i), _mm_xor_si128(sum, other));
    }
}

static void add_sparse(uint64_t *out, const uint64_t *table, size_t log_size, const uint8_t *round_keys, uint64_t first,
                       size_t n) {
    uint64_t picks[PICKED_ROWS * PARLEY_OT_PICK_WORDS];
    for (size_t at = 0; at < n; at += PICKED_ROWS) {
        const size_t now = at_most(n - at, PICKED_ROWS);
        aes_avx2.ctr((uint8_t *)picks, round_keys, 10, 0, 2 * (first + at), 2 * now);
        add_picked(out + 2 * at, table, picks, log_size, now);
    }
}

/* The lower words of four labels, their lowest bits where movemask reads them. */
static inline uint64_t four_bits(const uint64_t *labels) {
    const V lower = _mm256_unpacklo_epi64(load(labels), load(labels + 4));
    const V in_order = _mm256_permute4x64_epi64(lower, 0xd8);
    return (uint64_t)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_slli_epi64(in_order, 63)));
}

static void lowest_bits(uint64_t *out, const uint64_t *labels, size_t n) {
    for (; n >= 64; n -= 64, labels += 128) {
        uint64_t word = 0;
        for (size_t i = 0; i < 64; i += 4) word |= four_bits(labels + 2 * i) << i;
        *out++ = word;
    }
    ot_portable.lowest_bits(out, labels, n);
}

static void sum_pairs(uint64_t sum[4], const uint64_t *pairs, size_t n) {
    V even = spread(0), odd = spread(0);
    size_t i = 0;
    for (; i + 2 <= n; i += 2) {
        even = _mm256_xor_si256(even, load(pairs + 4 * i));
        odd = _mm256_xor_si256(odd, load(pairs + 4 * i + 4));
    }
    if (i < n) even = _mm256_xor_si256(even, load(pairs + 4 * i));
    store(sum, _mm256_xor_si256(even, odd));
}

static void add_to_pair(uint64_t *pairs, size_t n, uint64_t which, const uint64_t value[4], const uint64_t keep[4]) {
    const V added = load(value), kept = load(keep), number = spread(which), one = spread(1);
    V here = spread(0);
    for (size_t i = 0; i < n; i++, here = _mm256_add_epi64(here, one)) {
        const V chosen = _mm256_and_si256(_mm256_cmpeq_epi64(here, number), added);
        store(pairs + 4 * i, _mm256_xor_si256(_mm256_and_si256(load(pairs + 4 * i), kept), chosen));
    }
}

const OtKernels ot_avx2 = {
    .fold = fold,
    .add_sparse = add_sparse,
    .lowest_bits = lowest_bits,
    .sum_pairs = sum_pairs,
    .add_to_pair = add_to_pair,
};

#include "targets/end.h"

#endif
