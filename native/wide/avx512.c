/* AVX-512: four elements a register, each in two neighbouring lanes. What multiplies has nothing here: without
 * IFMA, the processor's products of whole words are quicker than those of 32-bit halves. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/avx512.h"

#include <string.h>

#include "lengths.h"
#include "targets/avx512_elementwise.h"
#include "wide/lanes.h"

/* Streaming stores start at a line's beginning, where an element begins only if out is aligned to elements. */
static inline int whole_elements(const uint64_t *out) { return (uintptr_t)out % 16 == 0; }

#define EACH(apart, value, last) ELEMENTWISE(out, 2 * n, (apart) && whole_elements(out), value, last)
#define ALL(x) load((x) + i)
#define LAST(x) load_first((x) + i, 2 * n - i)

static void add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    EACH(out != x && out != y, add_elements(ALL(x), ALL(y)), add_elements(LAST(x), LAST(y)));
}

static void sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    EACH(out != x && out != y, sub_elements(ALL(x), ALL(y)), sub_elements(LAST(x), LAST(y)));
}

static void neg(uint64_t *out, const uint64_t *x, size_t n) {
    EACH(out != x, sub_elements(spread(0), ALL(x)), sub_elements(spread(0), LAST(x)));
}

static inline V spread_element(const uint64_t words[2]) {
    return _mm512_broadcast_i64x2(_mm_loadu_si128((const __m128i *)words));
}

static void offset(uint64_t *out, const uint64_t *x, const uint64_t plus[2], const uint64_t mask[2], size_t n) {
    const V p = spread_element(plus), m = spread_element(mask);
    EACH(out != x, _mm512_and_si512(add_elements(ALL(x), p), m), _mm512_and_si512(add_elements(LAST(x), p), m));
}

/* The shifts that a word takes itself, across its neighbour, and where s is 64 or more: those not wanted are by 64 or
 * more, which leaves nothing. */
typedef struct {
    __m128i within, across, beyond;
} Shifts;

static inline Shifts shifts_by(unsigned s) {
    return (Shifts){_mm_cvtsi32_si128((int)s), _mm_cvtsi32_si128(s < 64 ? 64 - (int)s : 64),
                    _mm_cvtsi32_si128(s < 64 ? 64 : (int)s - 64)};
}

static inline V right(V x, Shifts by) {
    const V upper = _mm512_maskz_unpackhi_epi64(0x55, x, x);
    const V moved = _mm512_or_si512(_mm512_sll_epi64(upper, by.across), _mm512_srl_epi64(upper, by.beyond));
    return _mm512_or_si512(_mm512_srl_epi64(x, by.within), moved);
}

static inline V left(V x, Shifts by) {
    const V lower = _mm512_maskz_unpacklo_epi64(0xaa, x, x);
    const V moved = _mm512_or_si512(_mm512_srl_epi64(lower, by.across), _mm512_sll_epi64(lower, by.beyond));
    return _mm512_or_si512(_mm512_sll_epi64(x, by.within), moved);
}

static void shift_right(uint64_t *out, const uint64_t *x, const uint64_t plus[2], unsigned s, size_t n) {
    const V addend = spread_element(plus);
    const Shifts by = shifts_by(s);
    EACH(out != x, right(add_elements(ALL(x), addend), by), right(add_elements(LAST(x), addend), by));
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {
    const Shifts by = shifts_by(s);
    EACH(out != x, left(ALL(x), by), left(LAST(x), by));
}

enum { ROWS_AT_ONCE = 4 };

/* out (words) = or += the sum of `count` rows of so many words; a constant count where this is inlined. */
static inline __attribute__((always_inline)) void add_rows(uint64_t *out, const uint64_t *x, size_t count, size_t words,
                                                           int accumulate) {
    for (size_t i = 0; i < words; i += 8) {
        const size_t some = at_most(words - i, 8);
        V sum = accumulate ? load_first(out + i, some) : spread(0);
        for (size_t k = 0; k < count; k++) sum = add_elements(sum, load_first(x + k * words + i, some));
        store_first(out + i, some, sum);
    }
}

/* The sum of all elements of one row. */
static void add_up_row(uint64_t *out, const uint64_t *x, size_t words) {
    V sums[ROWS_AT_ONCE];
    for (size_t k = 0; k < ROWS_AT_ONCE; k++) sums[k] = spread(0);
    size_t i = 0;
    for (; i + 8 * ROWS_AT_ONCE <= words; i += 8 * ROWS_AT_ONCE)
        for (size_t k = 0; k < ROWS_AT_ONCE; k++) sums[k] = add_elements(sums[k], load(x + i + 8 * k));
    for (; i < words; i += 8) sums[0] = add_elements(sums[0], load_first(x + i, at_most(words - i, 8)));
    uint64_t lanes[8 * ROWS_AT_ONCE];
    for (size_t k = 0; k < ROWS_AT_ONCE; k++) store(lanes + 8 * k, sums[k]);
    wide_portable.sum(out, lanes, 1, 4 * ROWS_AT_ONCE, 1);
}

static void sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner) {
    const size_t words = 2 * inner;
    for (size_t o = 0; o < outer; o++, out += words, x += count * words) {
        if (inner == 1) {
            add_up_row(out, x, 2 * count);
            continue;
        }
        if (!count) memset(out, 0, words * sizeof *out);
        size_t k = 0;
        for (; k < count % ROWS_AT_ONCE; k++) add_rows(out, x + k * words, 1, words, k > 0);
        for (; k < count; k += ROWS_AT_ONCE) add_rows(out, x + k * words, ROWS_AT_ONCE, words, k > 0);
    }
}

const WideKernels wide_avx512 = {OWN(add) OWN(sub) OWN(neg) OWN(shift_right) OWN(shift_left) OWN(offset) OWN(sum)};

#include "targets/end.h"

#endif
