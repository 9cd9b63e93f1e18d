/* A register holds a word of each of four states. AVX-512 rotates words and has enough registers for a state; four cost
 * no more than one. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

typedef __m256i State;
typedef __m128i Two;

#define V State

enum { RATE = PARLEY_SPONGE_RATE, WORDS = PARLEY_SPONGE_WORDS, TAKEN = RATE / 8 };

static inline State xor2(State x, State y) { return _mm256_xor_si256(x, y); }
/* Written as two operations: the compiler makes one of them, which overwrites an operand, where that takes no move. */
static inline State xor3(State x, State y, State z) { return xor2(xor2(x, y), z); }
static inline State chi(State x, State y, State z) { return xor2(x, _mm256_andnot_si256(y, z)); }
static inline State xored(State x, uint64_t word) { return xor2(x, _mm256_set1_epi64x((int64_t)word)); }

#define TURNED(x, n) _mm256_rol_epi64(x, n)

#include "sponge/keccak.h"

static inline Two word_at(const uint8_t *block, int i) { return _mm_loadl_epi64((const Two *)(block + 8 * i)); }

static inline Two words_at(const uint8_t *low, const uint8_t *high, int i) {
    return _mm_unpacklo_epi64(word_at(low, i), word_at(high, i));
}

/* Words of four states, of two, of one: the others do not matter. */
static inline State four(Two low, Two high) { return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1); }
static inline State two(Two low) { return _mm256_zextsi128_si256(low); }

static inline void put_word(uint8_t *block, int i, State word) {
    _mm_storel_epi64((Two *)(block + 8 * i), _mm256_castsi256_si128(word));
}

static inline void put_second_word(uint8_t *block, int i, State word) {
    const Two words = _mm256_castsi256_si128(word);
    _mm_storel_epi64((Two *)(block + 8 * i), _mm_unpackhi_epi64(words, words));
}

static inline void take_states(State s[WORDS], uint64_t *const states[4]) {
    for (int i = 0; i < WORDS; i++)
        s[i] = _mm256_set_epi64x((int64_t)states[3][i], (int64_t)states[2][i], (int64_t)states[1][i],
                                 (int64_t)states[0][i]);
}

/* The first `count` of the states. */
static inline void put_states(const State s[WORDS], uint64_t *const states[4], int count) {
    for (int i = 0; i < WORDS; i++) {
        uint64_t words[4];
        _mm256_storeu_si256((State *)words, s[i]);
        for (int j = 0; j < count; j++) states[j][i] = words[j];
    }
}

static void absorb(uint64_t *state, const uint8_t *data, size_t blocks) {
    uint64_t *const states[4] = {state, state, state, state};
    State s[WORDS];
    take_states(s, states);
    for (; blocks; blocks--, data += RATE) {
        for (int i = 0; i < TAKEN; i++) s[i] = xor2(s[i], two(word_at(data, i)));
        permute(s);
    }
    put_states(s, states, 1);
}

static void squeeze(uint64_t *state, uint8_t *out, size_t blocks) {
    uint64_t *const states[4] = {state, state, state, state};
    State s[WORDS];
    take_states(s, states);
    for (; blocks; blocks--, out += RATE) {
        for (int i = 0; i < TAKEN; i++) put_word(out, i, s[i]);
        permute(s);
    }
    put_states(s, states, 1);
}

static void relay(uint64_t *source, uint64_t *into, uint8_t *tape, size_t before, size_t blocks) {
    uint64_t *const states[4] = {source, into, source, into};
    State s[WORDS];
    take_states(s, states);
    for (; blocks; blocks--, tape += RATE) {
        for (int i = 0; i < TAKEN; i++) put_word(tape + before, i, s[i]);
        for (int i = 0; i < TAKEN; i++) s[i] = xor2(s[i], two(_mm_slli_si128(word_at(tape, i), 8)));
        permute(s);
    }
    put_states(s, states, 2);
}

static void absorb_four(uint64_t *states, const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d,
                        size_t blocks) {
    uint64_t *const each[4] = {states, states + WORDS, states + 2 * WORDS, states + 3 * WORDS};
    State s[WORDS];
    take_states(s, each);
    for (size_t at = 0; at < blocks * RATE; at += RATE) {
        for (int i = 0; i < TAKEN; i++)
            s[i] = xor2(s[i], four(words_at(a + at, b + at, i), words_at(c + at, d + at, i)));
        permute(s);
    }
    put_states(s, each, 4);
}

static void relay_two(uint64_t *sources, uint64_t *into, uint8_t *a, uint8_t *b, size_t before, size_t blocks) {
    uint64_t *const each[4] = {sources, sources + WORDS, into, into + WORDS};
    State s[WORDS];
    take_states(s, each);
    for (; blocks; blocks--, a += RATE, b += RATE) {
        for (int i = 0; i < TAKEN; i++) {
            put_word(a + before, i, s[i]);
            put_second_word(b + before, i, s[i]);
        }
        for (int i = 0; i < TAKEN; i++) s[i] = xor2(s[i], four(_mm_setzero_si128(), words_at(a, b, i)));
        permute(s);
    }
    put_states(s, each, 4);
}

const SpongeKernels sponge_avx512 = {SPONGE_KERNELS(OWN)};

#include "targets/end.h"

#endif
