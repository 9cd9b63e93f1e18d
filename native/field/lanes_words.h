/* Elements of one word, eight a register, for blocks that targets/avx512.h or targets/avx512_ice.h open. */

enum { LANES = 8, STEP = 1 };

typedef V Elements;

/* What a kernel keeps in registers. */
typedef struct {
    V p, c, low_half, normalised, reciprocal;
    __m128i shift, unshift;
} Constants;

static inline Constants constants_of(const Field *f) {
    return (Constants){
        .p = spread(f->p),
        .c = spread(f->c),
        .low_half = spread(0xffffffff),
        .normalised = spread(f->normalised),
        .reciprocal = spread(f->reciprocal),
        .shift = _mm_cvtsi64_si128((long long)f->shift),
        .unshift = _mm_cvtsi64_si128((long long)(64 - f->shift)),
    };
}

static inline Elements load_elements(const uint64_t *place) { return load(place); }
static inline Elements load_some(const uint64_t *place, size_t count) { return load_first(place, count); }
static inline void store_elements(uint64_t *place, Elements e) { store(place, e); }
static inline void store_some(uint64_t *place, size_t count, Elements e) { store_first(place, count, e); }
static inline Elements spread_element(const uint64_t *place) { return spread(*place); }
static inline Elements zeros(void) { return _mm512_setzero_si512(); }
static inline Elements masked(Elements e, V mask) { return _mm512_and_si512(e, mask); }

/* One more in each lane whose element is not below p. */
static inline V count_wrong(V counts, Elements x, const Constants *k) {
    return _mm512_mask_add_epi64(counts, _mm512_cmpge_epu64_mask(x, k->p), counts, spread(1));
}

static inline Elements add(Elements x, Elements y, const Constants *k) {
    const V missing = _mm512_sub_epi64(k->p, y), sum = _mm512_sub_epi64(x, missing);
    return _mm512_mask_add_epi64(sum, _mm512_cmplt_epu64_mask(x, missing), sum, k->p);
}

static inline Elements sub(Elements x, Elements y, const Constants *k) {
    const V difference = _mm512_sub_epi64(x, y);
    return _mm512_mask_add_epi64(difference, _mm512_cmplt_epu64_mask(x, y), difference, k->p);
}

/* x - p where x >= p: otherwise x - p wraps to more than x. */
static inline V less(V x, V p) { return _mm512_min_epu64(x, _mm512_sub_epi64(x, p)); }

static inline V upper_half(V x) { return _mm512_srli_epi64(x, 32); }

/* x * y = hi * 2^64 + lo, from four products of halves. */
static inline void mul_wide(V *hi, V *lo, V x, V y, const Constants *k) {
    const V x1 = upper_half(x), y1 = upper_half(y);
    const V low = _mm512_mul_epu32(x, y);
    const V left = _mm512_add_epi64(_mm512_mul_epu32(x1, y), upper_half(low));
    const V right = _mm512_add_epi64(_mm512_mul_epu32(x, y1), _mm512_and_si512(left, k->low_half));
    const V high = _mm512_add_epi64(_mm512_mul_epu32(x1, y1), upper_half(left));
    *hi = _mm512_add_epi64(high, upper_half(right));
    *lo = _mm512_mask_shuffle_epi32(low, 0xaaaa, right, _MM_PERM_CCAA);
}

/* The four reductions of portable_words.h. */

static inline V vector_reduce_mersenne61(V hi, V lo, const Constants *k) {
    const V middle = _mm512_or_si512(_mm512_slli_epi64(hi, 3), _mm512_srli_epi64(lo, 61));
    const V pieces = _mm512_add_epi64(_mm512_and_si512(lo, k->p), _mm512_and_si512(middle, k->p));
    const V sum = _mm512_add_epi64(pieces, _mm512_srli_epi64(hi, 58));
    return less(_mm512_add_epi64(_mm512_and_si512(sum, k->p), _mm512_srli_epi64(sum, 61)), k->p);
}

static inline V vector_reduce_field64(V hi, V lo, const Constants *k) {
    const V upper = upper_half(hi), high = _mm512_mul_epu32(hi, k->low_half);
    V sum = _mm512_sub_epi64(lo, upper);
    sum = _mm512_mask_sub_epi64(sum, _mm512_cmplt_epu64_mask(lo, upper), sum, k->low_half);
    sum = _mm512_add_epi64(sum, high);
    sum = _mm512_mask_add_epi64(sum, _mm512_cmplt_epu64_mask(sum, high), sum, k->low_half);
    return less(sum, k->p);
}

static inline V vector_reduce_pseudo(V hi, V lo, const Constants *k) {
    const V one = spread(1);
    const V low = _mm512_mul_epu32(hi, k->c), high = _mm512_mul_epu32(upper_half(hi), k->c);
    const V sum = _mm512_add_epi64(lo, low), whole = _mm512_add_epi64(sum, _mm512_slli_epi64(high, 32));
    V over = upper_half(high);
    over = _mm512_mask_add_epi64(over, _mm512_cmplt_epu64_mask(sum, low), over, one);
    over = _mm512_mask_add_epi64(over, _mm512_cmplt_epu64_mask(whole, sum), over, one);
    const V last = _mm512_mul_epu32(over, k->c), total = _mm512_add_epi64(whole, last);
    return less(_mm512_mask_add_epi64(total, _mm512_cmplt_epu64_mask(total, last), total, k->c), k->p);
}

static inline V vector_reduce_general(V hi, V lo, const Constants *k) {
    const V d = k->normalised, u0 = _mm512_sll_epi64(lo, k->shift);
    const V u1 = _mm512_or_si512(_mm512_sll_epi64(hi, k->shift), _mm512_srl_epi64(lo, k->unshift));
    V q1, q0;
    mul_wide(&q1, &q0, k->reciprocal, u1, k);
    q0 = _mm512_add_epi64(q0, u0);
    q1 = _mm512_add_epi64(q1, _mm512_add_epi64(u1, spread(1)));
    q1 = _mm512_mask_add_epi64(q1, _mm512_cmplt_epu64_mask(q0, u0), q1, spread(1));
    V r = _mm512_sub_epi64(u0, _mm512_mullo_epi64(q1, d));
    r = _mm512_mask_add_epi64(r, _mm512_cmpgt_epu64_mask(r, q0), r, d);
    return _mm512_srl_epi64(less(r, d), k->shift);
}

/* The products x0 y0, 2^32 (x0 y1 + x1 y0) and 2^64 x1 y1 are reduced one by one: 2^61 is 1 and x1, y1 < 2^29. */
static inline V vector_mul_mersenne61(V x, V y, const Constants *k) {
    const V x1 = upper_half(x), y1 = upper_half(y);
    const V low = _mm512_mul_epu32(x, y), high = _mm512_mul_epu32(x1, y1);
    const V cross = _mm512_add_epi64(_mm512_mul_epu32(x1, y), _mm512_mul_epu32(x, y1));
    const V ends = _mm512_add_epi64(_mm512_and_si512(low, k->p), _mm512_srli_epi64(low, 61));
    const V middle = _mm512_add_epi64(_mm512_and_si512(_mm512_slli_epi64(cross, 32), k->p),
                                      _mm512_srli_epi64(cross, 29));
    const V sum = _mm512_add_epi64(_mm512_add_epi64(ends, middle), _mm512_slli_epi64(high, 3));
    return less(_mm512_add_epi64(_mm512_and_si512(sum, k->p), _mm512_srli_epi64(sum, 61)), k->p);
}

#define MUL_BY_REDUCTION(kind)                                                   \
    static inline V vector_mul_##kind(V x, V y, const Constants *k) {            \
        V hi, lo;                                                                \
        mul_wide(&hi, &lo, x, y, k);                                             \
        return vector_reduce_##kind(hi, lo, k);                                  \
    }

MUL_BY_REDUCTION(field64)
MUL_BY_REDUCTION(pseudo)
MUL_BY_REDUCTION(general)

#include "field/lanes_factors.h"
