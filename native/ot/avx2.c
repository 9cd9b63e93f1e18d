/* AES-NI: a block a register, GROUP registers at a time. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "aes/blocks_avx2.h"
#include "ot/folds.h"

enum { PICKED_ROWS = 64 };

/* The numbers of a row are independent loads: all ten are under way before the first sum needs one. */
static void add_picked(uint64_t *out, const uint64_t *table, const uint64_t *picks, size_t log_size, size_t n) {
    const uint64_t mask = ((uint64_t)1 << log_size) - 1;
    for (size_t i = 0; i < n; i++, picks += PARLEY_OT_PICK_WORDS) {
        B sum = load_blocks(out + 2 * i, 1), other = _mm_setzero_si128();
#pragma GCC unroll 5
        for (size_t term = 0; term < PARLEY_OT_TERMS; term += 2) {
            const uint64_t a = picks[term / 3] >> term % 3 * PARLEY_OT_PICK_BITS & mask;
            const uint64_t b = picks[(term + 1) / 3] >> (term + 1) % 3 * PARLEY_OT_PICK_BITS & mask;
            sum = xor_blocks(sum, load_blocks(table + 2 * a, 1));
            other = xor_blocks(other, load_blocks(table + 2 * b, 1));
        }
        store_blocks(out + 2 * i, 1, xor_blocks(sum, other));
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

const OtKernels ot_avx2 = {OWN(fold) OWN(add_sparse) OWN(lowest_bits) OWN(sum_pairs) OWN(add_to_pair)};

#include "targets/end.h"

#endif
