/* Elements of one word, four a register, for a block that targets/avx2.h opens. Comparisons have signs here: words are
 * compared with the top bit turned. */

enum { LANES = 4, STEP = 1 };

typedef V Elements;

/* What a kernel keeps in registers. */
typedef struct {
    V p, c, low_half, top_bit;
} Constants;

static inline Constants constants_of(const Field *f) {
    return (Constants){spread(f->p), spread(f->c), spread(0xffffffff), spread((uint64_t)1 << 63)};
}

/* All ones in the first `count` lanes. */
static inline V first_lanes(size_t count) {
    return _mm256_cmpgt_epi64(spread(count), _mm256_set_epi64x(3, 2, 1, 0));
}

static inline Elements load_elements(const uint64_t *place) { return load(place); }
static inline void store_elements(uint64_t *place, Elements e) { store(place, e); }

/* Stores under a mask are slow on some processors, so whole registers go without. */
static inline Elements load_some(const uint64_t *place, size_t count) {
    return count == LANES ? load(place) : _mm256_maskload_epi64((const long long *)place, first_lanes(count));
}
static inline void store_some(uint64_t *place, size_t count, Elements e) {
    if (count == LANES)
        store(place, e);
    else
        _mm256_maskstore_epi64((long long *)place, first_lanes(count), e);
}
static inline Elements spread_element(const uint64_t *place) { return spread(*place); }
static inline Elements zeros(void) { return _mm256_setzero_si256(); }
static inline Elements masked(Elements e, V mask) { return _mm256_and_si256(e, mask); }

/* All ones where x < y. */
static inline V below(V x, V y, const Constants *k) {
    return _mm256_cmpgt_epi64(_mm256_xor_si256(y, k->top_bit), _mm256_xor_si256(x, k->top_bit));
}

/* One more in each lane whose element is not below p. */
static inline V count_wrong(V counts, Elements x, const Constants *k) {
    return _mm256_add_epi64(counts, _mm256_add_epi64(spread(1), below(x, k->p, k)));
}

static inline Elements sub(Elements x, Elements y, const Constants *k) {
    return _mm256_add_epi64(_mm256_sub_epi64(x, y), _mm256_and_si256(below(x, y, k), k->p));
}

static inline Elements add(Elements x, Elements y, const Constants *k) {
    return sub(x, _mm256_sub_epi64(k->p, y), k);
}

/* x - p where x >= p. */
static inline V less(V x, const Constants *k) {
    return _mm256_sub_epi64(x, _mm256_andnot_si256(below(x, k->p, k), k->p));
}

/* x * y = hi * 2^64 + lo, from four products of halves. */
static inline void mul_wide(V *hi, V *lo, V x, V y, const Constants *k) {
    const V x1 = upper_halves(x), y1 = upper_halves(y), low = _mm256_mul_epu32(x, y);
    const V left = _mm256_add_epi64(_mm256_mul_epu32(x1, y), upper_halves(low));
    const V right = _mm256_add_epi64(_mm256_mul_epu32(x, y1), _mm256_and_si256(left, k->low_half));
    const V high = _mm256_add_epi64(_mm256_mul_epu32(x1, y1), upper_halves(left));
    *hi = _mm256_add_epi64(high, upper_halves(right));
    *lo = _mm256_blend_epi32(low, _mm256_slli_epi64(right, 32), 0xaa);
}

static inline V vector_mul_field64(V x, V y, const Constants *k) {
    V hi, lo;
    mul_wide(&hi, &lo, x, y, k);
    const V upper = upper_halves(hi), high = _mm256_mul_epu32(hi, k->low_half);
    const V low = _mm256_sub_epi64(_mm256_sub_epi64(lo, upper), upper_halves(below(lo, upper, k)));
    const V sum = _mm256_add_epi64(low, high);
    return less(_mm256_add_epi64(sum, upper_halves(below(sum, high, k))), k);
}

static inline V vector_mul_pseudo(V x, V y, const Constants *k) {
    V hi, lo;
    mul_wide(&hi, &lo, x, y, k);
    const V low = _mm256_mul_epu32(hi, k->c), high = _mm256_mul_epu32(upper_halves(hi), k->c);
    const V sum = _mm256_add_epi64(lo, low), whole = _mm256_add_epi64(sum, _mm256_slli_epi64(high, 32));
    const V carries = _mm256_add_epi64(below(sum, low, k), below(whole, sum, k));
    const V last = _mm256_mul_epu32(_mm256_sub_epi64(upper_halves(high), carries), k->c);
    const V total = _mm256_add_epi64(whole, last);
    return less(_mm256_add_epi64(total, _mm256_and_si256(below(total, last, k), k->c)), k);
}

/* As in lanes_words.h. */
static inline V vector_mul_mersenne61(V x, V y, const Constants *k) {
    const V x1 = upper_halves(x), y1 = upper_halves(y);
    const V low = _mm256_mul_epu32(x, y), high = _mm256_mul_epu32(x1, y1);
    const V cross = _mm256_add_epi64(_mm256_mul_epu32(x1, y), _mm256_mul_epu32(x, y1));
    const V ends = _mm256_add_epi64(_mm256_and_si256(low, k->p), _mm256_srli_epi64(low, 61));
    const V middle = _mm256_add_epi64(_mm256_and_si256(_mm256_slli_epi64(cross, 32), k->p),
                                      _mm256_srli_epi64(cross, 29));
    const V sum = _mm256_add_epi64(_mm256_add_epi64(ends, middle), _mm256_slli_epi64(high, 3));
    return less(_mm256_add_epi64(_mm256_and_si256(sum, k->p), _mm256_srli_epi64(sum, 61)), k);
}

#include "field/lanes_factors.h"
