/* VAES: four blocks a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512_ice.h"

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

static void ctr(uint8_t *out, const uint8_t round_keys[176], uint64_t high, uint64_t low, size_t blocks) {
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

const AesKernels aes_avx512_ice = {
    .ctr = ctr,
};

#include "targets/end.h"

#endif
