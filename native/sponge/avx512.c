/* A register holds a word of one state in its lower half, of another in its upper half. AVX-512 rotates words and has
 * enough registers for a state; two cost no more than one. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

typedef __m128i State;

#define V State

enum { RATE = PARLEY_SPONGE_RATE, WORDS = PARLEY_SPONGE_WORDS, TAKEN = RATE / 8 };

static inline State xor2(State x, State y) { return _mm_xor_si128(x, y); }
/* Written as two operations: the compiler makes one of them, which overwrites an operand, where that takes no move. */
static inline State xor3(State x, State y, State z) { return xor2(xor2(x, y), z); }
static inline State chi(State x, State y, State z) { return xor2(x, _mm_andnot_si128(y, z)); }
static inline State xored(State x, uint64_t word) { return _mm_xor_si128(x, _mm_set1_epi64x((int64_t)word)); }

#define TURNED(x, n) _mm_rol_epi64(x, n)

#include "sponge/keccak.h"

static inline State word_at(const uint8_t *block, int i) { return _mm_loadl_epi64((const __m128i *)(block + 8 * i)); }

static inline void both_halves(State s[WORDS], const uint64_t *low, const uint64_t *high) {
    for (int i = 0; i < WORDS; i++) s[i] = _mm_set_epi64x((int64_t)high[i], (int64_t)low[i]);
}

static inline void put_low(const State s[WORDS], uint64_t *state) {
    for (int i = 0; i < WORDS; i++) state[i] = (uint64_t)_mm_cvtsi128_si64(s[i]);
}

static void absorb(uint64_t *state, const uint8_t *data, size_t blocks) {
    State s[WORDS];
    both_halves(s, state, state);
    for (; blocks; blocks--, data += RATE) {
        for (int i = 0; i < TAKEN; i++) s[i] = _mm_xor_si128(s[i], word_at(data, i));
        permute(s);
    }
    put_low(s, state);
}

static void squeeze(uint64_t *state, uint8_t *out, size_t blocks) {
    State s[WORDS];
    both_halves(s, state, state);
    for (; blocks; blocks--, out += RATE) {
        for (int i = 0; i < TAKEN; i++) _mm_storel_epi64((__m128i *)(out + 8 * i), s[i]);
        permute(s);
    }
    put_low(s, state);
}

static void relay(uint64_t *source, uint64_t *into, uint8_t *tape, size_t before, size_t blocks) {
    State s[WORDS];
    both_halves(s, source, into);
    for (; blocks; blocks--, tape += RATE) {
        for (int i = 0; i < TAKEN; i++) _mm_storel_epi64((__m128i *)(tape + before + 8 * i), s[i]);
        for (int i = 0; i < TAKEN; i++) s[i] = _mm_xor_si128(s[i], _mm_slli_si128(word_at(tape, i), 8));
        permute(s);
    }
    put_low(s, source);
    for (int i = 0; i < WORDS; i++) into[i] = (uint64_t)_mm_extract_epi64(s[i], 1);
}

const SpongeKernels sponge_avx512 = {SPONGE_KERNELS(OWN)};

#include "targets/end.h"

#endif
