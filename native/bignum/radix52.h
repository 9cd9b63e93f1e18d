/* Digits of 52 bits and the instructions that multiply them, for blocks that targets/avx512_ice.h opens. */

#define INLINE static inline __attribute__((always_inline))

/* Arrays of registers need loops that are unrolled to the last step. */
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 20")
#endif

enum { LANES = 8, DIGIT_BITS = 52, CORRECTION = 1 };

static const uint64_t DIGIT_MASK = ((uint64_t)1 << DIGIT_BITS) - 1;

typedef V Digit;

/* sum + the lower, the upper 52 bits of x * y; of x and y only the lowest 52 bits count. */
INLINE V add_low(V sum, V x, V y) { return _mm512_madd52lo_epu64(sum, x, y); }
INLINE V add_high(V sum, V x, V y) { return _mm512_madd52hi_epu64(sum, x, y); }

INLINE V add(V x, V y) { return _mm512_add_epi64(x, y); }
INLINE V zero(void) { return _mm512_setzero_si512(); }
INLINE V low_digit(V x) { return _mm512_and_si512(x, _mm512_set1_epi64((1LL << DIGIT_BITS) - 1)); }
INLINE V above_digit(V x) { return _mm512_srli_epi64(x, DIGIT_BITS); }

/* entries[index] for each lane of index, 2^width entries, 8 at least: all are read. */
INLINE V chosen_entry(const uint64_t *entries, unsigned width, V index) {
    const V group = _mm512_srli_epi64(index, 3);
    V chosen = zero();
    for (uint64_t i = 0; i < (uint64_t)1 << (width - 3); i++) {
        const __mmask8 here = _mm512_cmpeq_epi64_mask(group, spread(i));
        chosen = _mm512_mask_permutexvar_epi64(chosen, here, index, load(entries + 8 * i));
    }
    return chosen;
}
