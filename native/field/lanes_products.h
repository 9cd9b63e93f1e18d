/* Sums of products of elements of one word by IFMA, for a block that targets/avx512_ice.h opens.
 *
 * x = x0 + 2^52 x1, x0 of 52 bits and x1 of 12; a sum of products is low + 2^52 middle + 2^104 high. A step adds less than
 * 3 * 2^52 to each, so that 1365 of them fit in 64 bits. The instructions read the lower 52 bits of their factors only: x0
 * needs no mask. */

enum { DEPTH = 256, PANEL = 16, TILE = 4, MANY_ROWS = 8 };

typedef struct {
    V low, middle, high;
} Sums;

static inline V upper_part(V x) { return _mm512_srli_epi64(x, 52); }

static inline void sums_mul_add(V *low, V *middle, V *high, V x, V x1, V y, V y1) {
    *low = _mm512_madd52lo_epu64(*low, x, y);
    *middle = _mm512_madd52hi_epu64(*middle, x, y);
    *high = _mm512_madd52hi_epu64(*high, x, y1);
    *middle = _mm512_madd52lo_epu64(*middle, x, y1);
    *high = _mm512_madd52hi_epu64(*high, x1, y);
    *middle = _mm512_madd52lo_epu64(*middle, x1, y);
    *high = _mm512_madd52lo_epu64(*high, x1, y1);
}

static inline Sums sums_added(Sums s, Sums t) {
    return (Sums){_mm512_add_epi64(s.low, t.low), _mm512_add_epi64(s.middle, t.middle), _mm512_add_epi64(s.high, t.high)};
}

/* The sum as words: words[0] + 2^64 words[1] + 2^128 words[2]. */
static inline void sums_to_words(V words[3], Sums s) {
    const V low52 = spread(((uint64_t)1 << 52) - 1);
    const V middle = _mm512_add_epi64(s.middle, upper_part(s.low)), high = _mm512_add_epi64(s.high, upper_part(middle));
    words[0] = _mm512_or_si512(_mm512_and_si512(s.low, low52), _mm512_slli_epi64(middle, 52));
    words[1] = _mm512_or_si512(_mm512_srli_epi64(_mm512_and_si512(middle, low52), 12), _mm512_slli_epi64(high, 40));
    words[2] = _mm512_srli_epi64(high, 24);
}

/* Copies `width` columns of `depth` rows of y next to each other. */
static void fill_panel(uint64_t *panel, const uint64_t *y, size_t y_step, size_t depth, size_t width) {
    for (size_t l = 0; l < depth; l++) memcpy(panel + l * PANEL, y + l * y_step, width * sizeof *panel);
}

/* The sum of at most 2 * DEPTH registers' products of x and y (n), lane by lane. */
static inline Sums dot_sums(const uint64_t *x, const uint64_t *y, size_t n) {
    Sums even = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512()}, odd = even;
    size_t l = 0;
    for (; l + 16 <= n; l += 16) {
        const V x0 = load(x + l), y0 = load(y + l), x1 = load(x + l + 8), y1 = load(y + l + 8);
        sums_mul_add(&even.low, &even.middle, &even.high, x0, upper_part(x0), y0, upper_part(y0));
        sums_mul_add(&odd.low, &odd.middle, &odd.high, x1, upper_part(x1), y1, upper_part(y1));
    }
    for (; l < n; l += 8) {
        const V x0 = load_first(x + l, at_most(n - l, 8)), y0 = load_first(y + l, at_most(n - l, 8));
        sums_mul_add(&even.low, &even.middle, &even.high, x0, upper_part(x0), y0, upper_part(y0));
    }
    return sums_added(even, odd);
}
