/* Elements of two words, p = 2^128 - 28 * 2^64 + 1, for a block that targets/avx512_ice.h opens: eight low words in one
 * register, their high words in another. Products are made of limbs of 52 bits by IFMA, which reads no more of a factor
 * than its lower 52 bits. */

enum { LANES = 8, STEP = 2 };

typedef struct {
    V low, high;
} Elements;

typedef struct {
    V p_high, one, low52, low24, weight, fold0, fold1;
} Constants;

static inline Constants constants_of(const Field *f) {
    return (Constants){
        .p_high = spread(f->p_high),
        .one = spread(1),
        .low52 = spread(((uint64_t)1 << 52) - 1),
        .low24 = spread(0xffffff),
        .weight = spread((uint64_t)28 << 12), /* of 28 * 2^64 in the limb of 2^52 */
        .fold0 = spread(((uint64_t)1 << 52) - (1 << 28)), /* 2^156 is fold0 + 2^52 fold1 = 7 * 2^94 - 2^28 */
        .fold1 = spread(((uint64_t)7 << 42) - 1),
    };
}

/* Elements 0 4 1 5 2 6 3 7, which interleaved sorts again. */
static inline Elements deinterleaved(V first_half, V second_half) {
    return (Elements){_mm512_unpacklo_epi64(first_half, second_half), _mm512_unpackhi_epi64(first_half, second_half)};
}

static inline Elements load_elements(const uint64_t *place) { return deinterleaved(load(place), load(place + 8)); }

static inline Elements load_some(const uint64_t *place, size_t count) {
    const size_t words = 2 * count, before = at_most(words, 8);
    return deinterleaved(load_first(place, before), load_first(place + before, words - before));
}

static inline void store_elements(uint64_t *place, Elements e) {
    store(place, _mm512_unpacklo_epi64(e.low, e.high));
    store(place + 8, _mm512_unpackhi_epi64(e.low, e.high));
}

static inline void store_some(uint64_t *place, size_t count, Elements e) {
    const size_t words = 2 * count, before = at_most(words, 8);
    store_first(place, before, _mm512_unpacklo_epi64(e.low, e.high));
    store_first(place + before, words - before, _mm512_unpackhi_epi64(e.low, e.high));
}

static inline Elements spread_element(const uint64_t *place) {
    return (Elements){spread(place[0]), spread(place[1])};
}

static inline Elements zeros(void) { return (Elements){_mm512_setzero_si512(), _mm512_setzero_si512()}; }

static inline Elements masked(Elements e, V mask) {
    return (Elements){_mm512_and_si512(e.low, mask), _mm512_and_si512(e.high, mask)};
}

/* One more in each lane whose element is not below p. */
static inline V count_wrong(V counts, Elements x, const Constants *k) {
    const __mmask8 at_top = _mm512_cmpeq_epu64_mask(x.high, k->p_high);
    const __mmask8 over = _mm512_mask_test_epi64_mask(at_top, x.low, x.low);
    const __mmask8 wrong = _mm512_cmpgt_epu64_mask(x.high, k->p_high) | over;
    return _mm512_mask_add_epi64(counts, wrong, counts, k->one);
}

/* x - y, and + p where that is negative. */
static inline Elements sub(Elements x, Elements y, const Constants *k) {
    const __mmask8 borrow = _mm512_cmplt_epu64_mask(x.low, y.low);
    const V low = _mm512_sub_epi64(x.low, y.low), high = _mm512_sub_epi64(x.high, y.high);
    const __mmask8 through = _mm512_mask_cmpeq_epu64_mask(borrow, x.high, y.high);
    const __mmask8 negative = _mm512_cmplt_epu64_mask(x.high, y.high) | through;
    const V high_less = _mm512_mask_sub_epi64(high, borrow, high, k->one);
    const V low_more = _mm512_mask_add_epi64(low, negative, low, k->one);
    const __mmask8 carry = _mm512_mask_testn_epi64_mask(negative, low_more, low_more);
    const V high_more = _mm512_mask_add_epi64(high_less, negative, high_less, k->p_high);
    return (Elements){low_more, _mm512_mask_add_epi64(high_more, carry, high_more, k->one)};
}

/* x - (p - y); that p - y may be p itself does no harm. */
static inline Elements add(Elements x, Elements y, const Constants *k) {
    const __mmask8 borrow = _mm512_cmpgt_epu64_mask(y.low, k->one);
    const V high = _mm512_sub_epi64(k->p_high, y.high);
    const Elements missing = {_mm512_sub_epi64(k->one, y.low), _mm512_mask_sub_epi64(high, borrow, high, k->one)};
    return sub(x, missing, k);
}

/* Limbs 0 and 1 with other bits above their 52. */
typedef struct {
    V limb[3];
} Limbs;

static inline Limbs limbs_of(Elements x) {
    return (Limbs){{x.low, _mm512_shldi_epi64(x.high, x.low, 12), _mm512_srli_epi64(x.high, 40)}};
}

/* t (5 limbs) += x * y. A product adds less than 5 * 2^52 to each: 819 products fit. */
static inline void limbs_mul_add(V t[5], const V x[3], const V y[3]) {
    t[0] = _mm512_madd52lo_epu64(t[0], x[0], y[0]);
    t[1] = _mm512_madd52lo_epu64(t[1], x[0], y[1]);
    t[2] = _mm512_madd52lo_epu64(t[2], x[0], y[2]);
    t[3] = _mm512_madd52lo_epu64(t[3], x[1], y[2]);
    t[4] = _mm512_madd52lo_epu64(t[4], x[2], y[2]);
    t[1] = _mm512_madd52lo_epu64(t[1], x[1], y[0]);
    t[2] = _mm512_madd52lo_epu64(t[2], x[1], y[1]);
    t[3] = _mm512_madd52lo_epu64(t[3], x[2], y[1]);
    t[4] = _mm512_madd52hi_epu64(t[4], x[1], y[2]);
    t[1] = _mm512_madd52hi_epu64(t[1], x[0], y[0]);
    t[2] = _mm512_madd52lo_epu64(t[2], x[2], y[0]);
    t[3] = _mm512_madd52hi_epu64(t[3], x[0], y[2]);
    t[4] = _mm512_madd52hi_epu64(t[4], x[2], y[1]);
    t[2] = _mm512_madd52hi_epu64(t[2], x[0], y[1]);
    t[3] = _mm512_madd52hi_epu64(t[3], x[1], y[1]);
    t[2] = _mm512_madd52hi_epu64(t[2], x[1], y[0]);
    t[3] = _mm512_madd52hi_epu64(t[3], x[2], y[0]);
}

/* r[0], r[1] and r[2] take x * 2^156, x < 2^52, where r[0] counts multiples of 1. */
static inline void fold(V *r, V x, const Constants *k) {
    r[0] = _mm512_madd52lo_epu64(r[0], x, k->fold0);
    r[1] = _mm512_madd52lo_epu64(r[1], x, k->fold1);
    r[1] = _mm512_madd52hi_epu64(r[1], x, k->fold0);
    r[2] = _mm512_madd52hi_epu64(r[2], x, k->fold1);
}

static inline void carry(V *from, V *to) { *to = _mm512_add_epi64(*to, _mm512_srli_epi64(*from, 52)); }

/* value + c - 2^128 if that is not negative, else value, for value = t[0] + 2^52 t[1] + 2^104 t[2] < 2p, where t[0] may be
 * negative and c is 2^128 - p. */
static inline Elements less_p(V t[3], const Constants *k) {
    const V w0 = _mm512_sub_epi64(t[0], k->one);
    const V w1 = _mm512_add_epi64(_mm512_add_epi64(t[1], k->weight), _mm512_srai_epi64(w0, 52));
    const V w2 = _mm512_add_epi64(t[2], _mm512_srli_epi64(w1, 52));
    const V low = _mm512_or_si512(_mm512_and_si512(w0, k->low52), _mm512_slli_epi64(w1, 52));
    const V high = _mm512_or_si512(_mm512_srli_epi64(_mm512_and_si512(w1, k->low52), 12), _mm512_slli_epi64(w2, 40));
    const __mmask8 below = _mm512_cmple_epu64_mask(w2, k->low24);
    const V back = _mm512_mask_add_epi64(low, below, low, k->one);
    const __mmask8 over = _mm512_mask_testn_epi64_mask(below, back, back);
    const V high_back = _mm512_mask_add_epi64(high, below, high, k->p_high);
    return (Elements){back, _mm512_mask_add_epi64(high_back, over, high_back, k->one)};
}

/* Brings r (4 limbs), r[3] < 2^51, below 2p in three: the rest above 156 bits is folded, then that above 128 bits. r[0] may
 * become negative. */
static inline void fold_rest(V r[4], const Constants *k) {
    carry(&r[0], &r[1]);
    carry(&r[1], &r[2]);
    carry(&r[2], &r[3]);
    for (int i = 0; i < 3; i++) r[i] = _mm512_and_si512(r[i], k->low52);
    fold(r, r[3], k);
    const V top = _mm512_srli_epi64(r[2], 24);
    r[0] = _mm512_sub_epi64(r[0], top);
    r[1] = _mm512_madd52lo_epu64(r[1], top, k->weight);
    r[2] = _mm512_and_si512(r[2], k->low24);
}

/* What r (4 limbs) stands for, r[3] < 2^51. */
static inline Elements reduced_limbs(V r[4], const Constants *k) {
    fold_rest(r, k);
    return less_p(r, k);
}

/* What the limbs t of a sum of at most 512 products stand for. */
static inline Elements reduced_sum(const V t[5], const Constants *k) {
    const V zero = _mm512_setzero_si512(), t4 = _mm512_add_epi64(t[4], _mm512_srli_epi64(t[3], 52));
    V r[5] = {t[0], t[1], t[2], zero, zero};
    fold(r, t[3], k);
    fold(r + 1, t4, k);
    fold(r + 2, _mm512_srli_epi64(t4, 52), k);
    return reduced_limbs(r, k);
}

typedef Limbs Factor;

/* The limbs of a sum of at most 512 products. */
typedef struct {
    V limb[5];
} Total;

static inline Factor factor_of(Elements x) { return limbs_of(x); }

static inline Total no_total(void) {
    const V zero = _mm512_setzero_si512();
    return (Total){{zero, zero, zero, zero, zero}};
}

static inline Elements total_of(Total total, const Constants *k) { return reduced_sum(total.limb, k); }

#define TOTAL_MUL_ADD(total, x, y, k) limbs_mul_add((total)->limb, (x).limb, (y).limb)

/* As reduced_sum, but one product's t[4] is below 2^52 with the carry. */
static inline void product_limbs(V r[4], const V x[3], const V y[3], const Constants *k) {
    const V zero = _mm512_setzero_si512();
    V t[5] = {zero, zero, zero, zero, zero};
    limbs_mul_add(t, x, y);
    for (int i = 0; i < 3; i++) r[i] = t[i];
    r[3] = zero;
    fold(r, t[3], k);
    fold(r + 1, _mm512_add_epi64(t[4], _mm512_srli_epi64(t[3], 52)), k);
}

static inline Elements vector_mul_field128(Elements x, Elements y, const Constants *k) {
    V r[4];
    product_limbs(r, limbs_of(x).limb, limbs_of(y).limb, k);
    return reduced_limbs(r, k);
}

/* A product that is below 2p, its highest limb below 2^25: it may be multiplied again as it is. */
static inline Factor factor_mul(Factor x, Factor y, const Constants *k) {
    V r[4];
    product_limbs(r, x.limb, y.limb, k);
    fold_rest(r, k);
    r[1] = _mm512_add_epi64(r[1], _mm512_srai_epi64(r[0], 52));
    carry(&r[1], &r[2]);
    return (Factor){{r[0], r[1], r[2]}};
}

#define FACTOR_MUL(x, y, k) factor_mul(x, y, k)
