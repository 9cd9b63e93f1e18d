/* AVX2 and POPCNT: 256 bits a register. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx2.h"

#include "targets/avx2_elementwise.h"

BINARY(bit_and, _mm256_and_si256(X, Y), x[i] & y[i])
BINARY(bit_xor, _mm256_xor_si256(X, Y), x[i] ^ y[i])
BINARY(bit_or, _mm256_or_si256(X, Y), x[i] | y[i])
UNARY(bit_not, _mm256_xor_si256(X, _mm256_set1_epi64x(-1)), ~x[i])


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

#include "bits/planes.h"

static inline void transpose_words(Lanes v[4]) {
    const V a = _mm256_unpacklo_epi64((V)v[0], (V)v[1]), b = _mm256_unpackhi_epi64((V)v[0], (V)v[1]);
    const V c = _mm256_unpacklo_epi64((V)v[2], (V)v[3]), d = _mm256_unpackhi_epi64((V)v[2], (V)v[3]);
    v[0] = (Lanes)_mm256_permute2x128_si256(a, c, 0x20);
    v[1] = (Lanes)_mm256_permute2x128_si256(b, d, 0x20);
    v[2] = (Lanes)_mm256_permute2x128_si256(a, c, 0x31);
    v[3] = (Lanes)_mm256_permute2x128_si256(b, d, 0x31);
}

const BitKernels bits_avx2 = {
    .bit_and = bit_and,
    .bit_xor = bit_xor,
    .bit_or = bit_or,
    .bit_not = bit_not,
    .popcount = popcount,
    .pack = pack,
    .unpack = unpack,
    .planes = planes,
    .from_planes = from_planes,
};

#include "targets/end.h"

#endif
