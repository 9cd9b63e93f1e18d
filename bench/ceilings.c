/* Loops that do nothing but use up one thing that the machine has: memory, or one instruction. Each function does
 * `times` rounds and returns a value that depends on all of them, so that no round can be left out. The instruction
 * loops do 512 operations a round, on 16 chains that don't wait for one another (8 of general registers). */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static uint64_t used(const void *memory, size_t bytes) {
    uint64_t last;
    memcpy(&last, (const uint8_t *)memory + bytes - sizeof last, sizeof last);
    return last;
}

/* An empty statement that the compiler takes for a use and a change of all memory. */
#define TOUCH_MEMORY() __asm__ volatile("" ::: "memory")

uint64_t ceiling_copy(void *to, const void *from, size_t bytes, size_t times) {
    for (size_t i = 0; i < times; i++) {
        memcpy(to, from, bytes);
        TOUCH_MEMORY();
    }
    return used(to, bytes);
}

uint64_t ceiling_write(void *to, size_t bytes, size_t times) {
    for (size_t i = 0; i < times; i++) {
        memset(to, (int)i + 1, bytes);
        TOUCH_MEMORY();
    }
    return used(to, bytes);
}

typedef uint64_t Eight __attribute__((vector_size(64), aligned(8)));

#define READ_LOOP                                                                \
    Eight sums[4] = {{0}};                                                       \
    for (size_t i = 0; i < times; i++) {                                         \
        const Eight *words = from;                                               \
        for (size_t j = 0; j < bytes / sizeof(Eight); j += 4)                    \
            for (size_t k = 0; k < 4; k++) sums[k] += words[j + k];              \
        TOUCH_MEMORY();                                                          \
    }                                                                            \
    const Eight all = sums[0] + sums[1] + sums[2] + sums[3];                     \
    return all[0] + all[1] + all[2] + all[3] + all[4] + all[5] + all[6] + all[7];

static uint64_t read_plain(const void *from, size_t bytes, size_t times) { READ_LOOP }

#if defined(__x86_64__)

#include <immintrin.h>

enum { CHAINS = 16, STEPS = 32 };

#define WITH(features) __attribute__((target(features)))
#define RUNS(feature) (__builtin_cpu_supports(feature) != 0)

WITH("avx512f") static uint64_t read_wide(const void *from, size_t bytes, size_t times) { READ_LOOP }

/* `bytes` is a multiple of 256. */
uint64_t ceiling_read(const void *from, size_t bytes, size_t times) {
    return RUNS("avx512f") ? read_wide(from, bytes, times) : read_plain(from, bytes, times);
}

/* The compiler may neither merge two steps of a chain nor keep a chain in memory. */
#define KEEP(chain) __asm__ volatile("" : "+v"(chain))

#define INSTRUCTION_LOOP(name, features, step)                                \
    WITH(features) uint64_t ceiling_##name(size_t times) {                    \
        __m512i chains[CHAINS];                                               \
        __m512i factor = _mm512_set1_epi64(0x1234567890abcdef);               \
        KEEP(factor);                                                         \
        for (int c = 0; c < CHAINS; c++) chains[c] = _mm512_set1_epi64(c + 3); \
        for (size_t i = 0; i < times; i++)                                    \
            _Pragma("GCC unroll 32")                                          \
            for (int s = 0; s < STEPS; s++)                                   \
                _Pragma("GCC unroll 16")                                      \
                for (int c = 0; c < CHAINS; c++) {                            \
                    chains[c] = (step);                                       \
                    KEEP(chains[c]);                                          \
                }                                                             \
        __m512i all = chains[0];                                              \
        for (int c = 1; c < CHAINS; c++) all = _mm512_xor_si512(all, chains[c]); \
        return used(&all, sizeof all);                                        \
    }

INSTRUCTION_LOOP(vpmullq, "avx512f,avx512dq", _mm512_mullo_epi64(chains[c], factor))
INSTRUCTION_LOOP(vpmuludq, "avx512f", _mm512_mul_epu32(chains[c], factor))
INSTRUCTION_LOOP(vpmadd52, "avx512f,avx512ifma", _mm512_madd52lo_epu64(chains[c], factor, factor))
INSTRUCTION_LOOP(vpclmulqdq, "avx512f,vpclmulqdq", _mm512_clmulepi64_epi128(chains[c], factor, 0))

enum { GENERAL_CHAINS = 8, GENERAL_STEPS = 64 };

WITH("bmi2") uint64_t ceiling_mulx(size_t times) {
    uint64_t chains[GENERAL_CHAINS], high, all = 0;
    for (uint64_t c = 0; c < GENERAL_CHAINS; c++) chains[c] = c + 3;
    for (size_t i = 0; i < times; i++)
        _Pragma("GCC unroll 64")
        for (int s = 0; s < GENERAL_STEPS; s++)
            _Pragma("GCC unroll 8")
            for (int c = 0; c < GENERAL_CHAINS; c++)
                __asm__ volatile("mulx %[chain], %[chain], %[high]"
                                 : [chain] "+r"(chains[c]), [high] "=r"(high)
                                 : "d"(0x1234567890abcdef));
    for (int c = 0; c < GENERAL_CHAINS; c++) all ^= chains[c];
    return all;
}

enum { ROUNDS = 10 };

/* 16 x 4 blocks of AES-128 a round; the keys are no real schedule, which costs the same. */
WITH("avx512f,vaes") uint64_t ceiling_vaes(size_t times) {
    __m512i blocks[CHAINS], keys[ROUNDS + 1];
    for (int r = 0; r <= ROUNDS; r++) {
        keys[r] = _mm512_set1_epi32(0x9e3779b9 * (r + 1));
        KEEP(keys[r]);
    }
    for (int c = 0; c < CHAINS; c++) blocks[c] = _mm512_set1_epi32(c);
    for (size_t i = 0; i < times; i++) {
        for (int c = 0; c < CHAINS; c++) blocks[c] = _mm512_xor_si512(blocks[c], keys[0]);
        for (int r = 1; r < ROUNDS; r++)
            for (int c = 0; c < CHAINS; c++) blocks[c] = _mm512_aesenc_epi128(blocks[c], keys[r]);
        for (int c = 0; c < CHAINS; c++) {
            blocks[c] = _mm512_aesenclast_epi128(blocks[c], keys[ROUNDS]);
            KEEP(blocks[c]);
        }
    }
    for (int c = 1; c < CHAINS; c++) blocks[0] = _mm512_xor_si512(blocks[0], blocks[c]);
    return used(&blocks[0], sizeof blocks[0]);
}

enum { NARROW = 8 };

/* 8 blocks of AES-128 a round. */
WITH("aes") uint64_t ceiling_aesni(size_t times) {
    __m128i blocks[NARROW], keys[ROUNDS + 1];
    for (int r = 0; r <= ROUNDS; r++) keys[r] = _mm_set1_epi32(0x9e3779b9 * (r + 1));
    for (int c = 0; c < NARROW; c++) blocks[c] = _mm_set1_epi32(c);
    for (size_t i = 0; i < times; i++) {
        for (int c = 0; c < NARROW; c++) blocks[c] = _mm_xor_si128(blocks[c], keys[0]);
        for (int r = 1; r < ROUNDS; r++)
            for (int c = 0; c < NARROW; c++) blocks[c] = _mm_aesenc_si128(blocks[c], keys[r]);
        for (int c = 0; c < NARROW; c++) {
            blocks[c] = _mm_aesenclast_si128(blocks[c], keys[ROUNDS]);
            __asm__ volatile("" : "+x"(blocks[c]));
        }
    }
    for (int c = 1; c < NARROW; c++) blocks[0] = _mm_xor_si128(blocks[0], blocks[c]);
    return used(&blocks[0], sizeof blocks[0]);
}

enum { XOR_OF_THREE = 0x96 };

/* The next round key of AES-128 in every 128-bit lane (FIPS 197, section 5.2). The last round of an encryption does
 * SubBytes and ShiftRows, and the latter changes nothing where all four columns are the same word. */
WITH("avx512f,avx512bw,vaes") static inline __m512i next_key_4(__m512i key, __m512i rotate, __m512i constant) {
    const __m512i word = _mm512_aesenclast_epi128(_mm512_shuffle_epi8(key, rotate), constant);
    key = _mm512_xor_si512(key, _mm512_bslli_epi128(key, 4));
    return _mm512_ternarylogic_epi64(key, _mm512_bslli_epi128(key, 8), word, XOR_OF_THREE);
}

enum { KEYS = 8 };

/* 6 x 4 keys a round, 2 blocks with each. */
WITH("avx512f,avx512bw,vaes") uint64_t ceiling_vaes_rekey(size_t times) {
    static const uint8_t constants[ROUNDS] = {1, 2, 4, 8, 16, 32, 64, 128, 27, 54};
    const __m512i rotate = _mm512_set1_epi32(0x0c0f0e0d);
    __m512i keys[KEYS], first[KEYS], second[KEYS], all = _mm512_setzero_si512();
    for (size_t i = 0; i < times; i++) {
        for (int k = 0; k < KEYS; k++) {
            keys[k] = _mm512_xor_si512(all, _mm512_set1_epi32(k));
            first[k] = _mm512_xor_si512(keys[k], _mm512_set1_epi32(1));
            second[k] = _mm512_xor_si512(keys[k], _mm512_set1_epi32(2));
        }
#pragma GCC unroll 10
        for (int r = 0; r < ROUNDS; r++) {
            const __m512i constant = _mm512_set1_epi32(constants[r]);
            for (int k = 0; k < KEYS; k++) {
                keys[k] = next_key_4(keys[k], rotate, constant);
                first[k] = r < ROUNDS - 1 ? _mm512_aesenc_epi128(first[k], keys[k])
                                          : _mm512_aesenclast_epi128(first[k], keys[k]);
                second[k] = r < ROUNDS - 1 ? _mm512_aesenc_epi128(second[k], keys[k])
                                           : _mm512_aesenclast_epi128(second[k], keys[k]);
            }
        }
        for (int k = 0; k < KEYS; k++) all = _mm512_xor_si512(all, _mm512_xor_si512(first[k], second[k]));
    }
    return used(&all, sizeof all);
}

WITH("aes,ssse3") static inline __m128i next_key_1(__m128i key, __m128i rotate, __m128i constant) {
    const __m128i word = _mm_aesenclast_si128(_mm_shuffle_epi8(key, rotate), constant);
    key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
    return _mm_xor_si128(key, word);
}

enum { NARROW_KEYS = 4 };

/* 4 keys a round, 2 blocks with each. */
WITH("aes,ssse3") uint64_t ceiling_aesni_rekey(size_t times) {
    static const uint8_t constants[ROUNDS] = {1, 2, 4, 8, 16, 32, 64, 128, 27, 54};
    const __m128i rotate = _mm_set1_epi32(0x0c0f0e0d);
    __m128i keys[NARROW_KEYS], first[NARROW_KEYS], second[NARROW_KEYS], all = _mm_setzero_si128();
    for (size_t i = 0; i < times; i++) {
        for (int k = 0; k < NARROW_KEYS; k++) {
            keys[k] = _mm_xor_si128(all, _mm_set1_epi32(k));
            first[k] = _mm_xor_si128(keys[k], _mm_set1_epi32(1));
            second[k] = _mm_xor_si128(keys[k], _mm_set1_epi32(2));
        }
#pragma GCC unroll 10
        for (int r = 0; r < ROUNDS; r++) {
            const __m128i constant = _mm_set1_epi32(constants[r]);
            for (int k = 0; k < NARROW_KEYS; k++) {
                keys[k] = next_key_1(keys[k], rotate, constant);
                first[k] = r < ROUNDS - 1 ? _mm_aesenc_si128(first[k], keys[k]) : _mm_aesenclast_si128(first[k], keys[k]);
                second[k] =
                    r < ROUNDS - 1 ? _mm_aesenc_si128(second[k], keys[k]) : _mm_aesenclast_si128(second[k], keys[k]);
            }
        }
        for (int k = 0; k < NARROW_KEYS; k++) all = _mm_xor_si128(all, _mm_xor_si128(first[k], second[k]));
    }
    return used(&all, sizeof all);
}

int ceiling_has_avx512(void) { return RUNS("avx512f") && RUNS("avx512bw") && RUNS("avx512dq"); }
int ceiling_has_ifma(void) { return ceiling_has_avx512() && RUNS("avx512ifma"); }
int ceiling_has_bmi2(void) { return RUNS("bmi2"); }
int ceiling_has_clmul(void) { return ceiling_has_avx512() && RUNS("vpclmulqdq"); }
int ceiling_has_vaes(void) { return ceiling_has_avx512() && RUNS("vaes"); }
int ceiling_has_aesni(void) { return RUNS("aes") && RUNS("ssse3"); }

#else

uint64_t ceiling_read(const void *from, size_t bytes, size_t times) { return read_plain(from, bytes, times); }

#define NOT_HERE(name) \
    uint64_t ceiling_##name(size_t times) { return times; }
NOT_HERE(vpmullq)
NOT_HERE(vpmuludq)
NOT_HERE(vpmadd52)
NOT_HERE(mulx)
NOT_HERE(vpclmulqdq)
NOT_HERE(vaes)
NOT_HERE(aesni)
NOT_HERE(vaes_rekey)
NOT_HERE(aesni_rekey)
int ceiling_has_avx512(void) { return 0; }
int ceiling_has_ifma(void) { return 0; }
int ceiling_has_bmi2(void) { return 0; }
int ceiling_has_clmul(void) { return 0; }
int ceiling_has_vaes(void) { return 0; }
int ceiling_has_aesni(void) { return 0; }

#endif
