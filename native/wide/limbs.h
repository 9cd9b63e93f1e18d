/* Eight elements of Z_2^128 as limbs of 52 bits, the factors that IFMA takes; see docs/algorithms/wide_ring.md. */

#include "lengths.h"
#include "wide/lanes.h"

/* The lower and the upper words of eight elements, both in the same order, which is that of two registers unpacked:
 * elements 0, 4, 1, 5, 2, 6, 3, 7. */
typedef struct {
    V lower, upper;
} Eight;

/* x = limb[0] + 2^52 limb[1] + 2^104 limb[2]; of each only the lower 52 bits count, which are what IFMA reads. */
typedef struct {
    V limb[3];
} Limbs;

/* Sums of products: sum[0] + 2^52 sum[1] + 2^104 sum[2]. One product adds less than 2^52 to sum[0] and 3 * 2^52 to
 * sum[1]; sum[2] may wrap, its lower 24 bits are all that counts. */
typedef struct {
    V sum[3];
} Sums;

/* The first `count` of eight elements, zeros after them. */
static inline Eight load_eight(const uint64_t *p, size_t count) {
    const V first_half = count >= 4 ? load(p) : load_first(p, 2 * count);
    const V second_half = count == 8 ? load(p + 8) : count > 4 ? load_first(p + 8, 2 * count - 8) : spread(0);
    return (Eight){_mm512_unpacklo_epi64(first_half, second_half), _mm512_unpackhi_epi64(first_half, second_half)};
}

static inline void store_eight(uint64_t *p, size_t count, Eight x) {
    const V first_half = _mm512_unpacklo_epi64(x.lower, x.upper), second_half = _mm512_unpackhi_epi64(x.lower, x.upper);
    if (count == 8) {
        store(p, first_half);
        store(p + 8, second_half);
        return;
    }
    store_first(p, at_most(2 * count, 8), first_half);
    if (count > 4) store_first(p + 8, 2 * count - 8, second_half);
}

static inline Eight add_eight(Eight x, Eight y) {
    const V lower = _mm512_add_epi64(x.lower, y.lower), upper = _mm512_add_epi64(x.upper, y.upper);
    const __mmask8 carries = _mm512_cmplt_epu64_mask(lower, x.lower);
    return (Eight){lower, _mm512_mask_sub_epi64(upper, carries, upper, _mm512_set1_epi64(-1))};
}

static inline Limbs limbs_of(Eight x) {
    return (Limbs){{x.lower, _mm512_shrdi_epi64(x.lower, x.upper, 52), _mm512_srli_epi64(x.upper, 40)}};
}

static inline Sums no_sums(void) { return (Sums){{spread(0), spread(0), spread(0)}}; }

static inline Sums add_product(Sums s, Limbs x, Limbs y) {
    s.sum[0] = _mm512_madd52lo_epu64(s.sum[0], x.limb[0], y.limb[0]);
    s.sum[1] = _mm512_madd52hi_epu64(s.sum[1], x.limb[0], y.limb[0]);
    s.sum[2] = _mm512_madd52hi_epu64(s.sum[2], x.limb[0], y.limb[1]);
    s.sum[1] = _mm512_madd52lo_epu64(s.sum[1], x.limb[0], y.limb[1]);
    s.sum[2] = _mm512_madd52lo_epu64(s.sum[2], x.limb[0], y.limb[2]);
    s.sum[1] = _mm512_madd52lo_epu64(s.sum[1], x.limb[1], y.limb[0]);
    s.sum[2] = _mm512_madd52hi_epu64(s.sum[2], x.limb[1], y.limb[0]);
    s.sum[2] = _mm512_madd52lo_epu64(s.sum[2], x.limb[1], y.limb[1]);
    s.sum[2] = _mm512_madd52lo_epu64(s.sum[2], x.limb[2], y.limb[0]);
    return s;
}

static inline Eight joined(Sums s) {
    const Eight low_limbs = {s.sum[0], _mm512_srli_epi64(s.sum[1], 12)};
    return add_eight(low_limbs, (Eight){_mm512_slli_epi64(s.sum[1], 52), _mm512_slli_epi64(s.sum[2], 40)});
}
