/* VAES: four blocks a register, GROUP registers at a time. */

#include "kernels.h"
#include "lengths.h"
#include "ot/gray.h"

#include <string.h>

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

enum { GROUP = 8, GROUP_BLOCKS = 4 * GROUP, MAX_K = 8 };

static inline __attribute__((always_inline)) V round_key(const uint8_t *round_keys, int round) {
    return _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(round_keys + 16 * round)));
}

/* sum ^= the encryptions of the counters. */
static inline __attribute__((always_inline)) void add_stream(V sum[GROUP], const V counters[GROUP],
                                                             const uint8_t *round_keys) {
    V state[GROUP];
    V key = round_key(round_keys, 0);
    for (int i = 0; i < GROUP; i++) state[i] = _mm512_xor_si512(counters[i], key);
    for (int round = 1; round < 10; round++) {
        key = round_key(round_keys, round);
        for (int i = 0; i < GROUP; i++) state[i] = _mm512_aesenc_epi128(state[i], key);
    }
    key = round_key(round_keys, 10);
    for (int i = 0; i < GROUP; i++) sum[i] = _mm512_xor_si512(sum[i], _mm512_aesenclast_epi128(state[i], key));
}

/* Counters (0, first), (0, first + 1), ... as big-endian blocks. */
static inline void start(V counters[GROUP], uint64_t first) {
    const V swap_upper = _mm512_broadcast_i32x4(_mm_set_epi8(8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 4, 3, 2, 1, 0));
    for (int i = 0; i < GROUP; i++) {
        const long long low = (long long)(first + 4 * (uint64_t)i);
        const V numbers = _mm512_add_epi64(_mm512_set1_epi64(low), _mm512_set_epi64(3, 0, 2, 0, 1, 0, 0, 0));
        counters[i] = _mm512_shuffle_epi8(_mm512_maskz_mov_epi64(0xaa, numbers), swap_upper);
    }
}

static inline void store_blocks(uint64_t *out, const V v[GROUP], size_t blocks) {
    for (size_t i = 0; 4 * i < blocks; i++) store_first(out + 8 * i, 2 * at_most(blocks - 4 * i, 4), v[i]);
}

/* At most GROUP_BLOCKS blocks. */
static void fold_group(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k,
                       uint64_t first, size_t blocks) {
    V counters[GROUP], total[GROUP], row[MAX_K][GROUP];
    start(counters, first);
    memset(total, 0, sizeof total);
    memset(row, 0, k * sizeof row[0]);
    for (size_t t = ((size_t)1 << k) - 1; t; t--) {
        add_stream(total, counters, round_keys + 176 * gray(t));
        V *changes = row[changed(t)];
        for (int i = 0; i < GROUP; i++) changes[i] = _mm512_xor_si512(changes[i], total[i]);
    }
    for (size_t j = 0; j < k; j++) store_blocks(rows + j * step, row[j], blocks);
    if (sum) {
        add_stream(total, counters, round_keys);
        store_blocks(sum, total, blocks);
    }
}

static void fold(uint64_t *sum, uint64_t *rows, size_t step, const uint8_t *round_keys, size_t k, uint64_t first,
                 size_t blocks) {
    for (size_t i = 0; i < blocks; i += GROUP_BLOCKS)
        fold_group(sum ? sum + 2 * i : NULL, rows + 2 * i, step, round_keys, k, first + i,
                   at_most(blocks - i, GROUP_BLOCKS));
}

const OtKernels ot_avx512_ice = {
    .fold = fold,
};

#include "targets/end.h"

#endif
