/* Elements of two words, for portable.c: p = 2^128 - 28 * 2^64 + 1. */

static const Wide FIELD128_P = ((Wide)(0 - (uint64_t)28) << 64) + 1;

static inline void store_pair(uint64_t *place, Wide value) {
    place[0] = (uint64_t)value;
    place[1] = (uint64_t)(value >> 64);
}

static inline Wide add_pairs(Wide x, Wide y) {
    const Wide missing = FIELD128_P - y;
    return x - missing + (FIELD128_P & wide_mask_where(x < missing));
}

static inline Wide sub_pairs(Wide x, Wide y) { return x - y + (FIELD128_P & wide_mask_where(x < y)); }

/* hi * 2^128 + lo where hi < 2^68: 2^128 is 28 * 2^64 - 1, so that is lo - hi + 28 hi 2^64. */
static inline Wide fold_pairs(Wide hi, Wide lo) {
    const Wide c = 0 - FIELD128_P, scaled = 28 * hi;
    const Wide low = lo - hi - (c & wide_mask_where(lo < hi));
    const Wide high = (Wide)(uint64_t)scaled << 64;
    const Wide sum = low + high, over = bit_where(sum < high) + (scaled >> 64);
    const Wide last = over * c, total = sum + last;
    const Wide whole = total + (c & wide_mask_where(total < last));
    return whole - (FIELD128_P & wide_mask_where(whole >= FIELD128_P));
}

/* The four words of a sum of products, and what is above them. */
typedef struct {
    Wide low, high;
    uint64_t top;
} Pairs;

static inline void pairs_add(Pairs *sum, Wide low, Wide high) {
    const Wide before = sum->high;
    sum->low += low;
    const Wide carry = bit_where(sum->low < low);
    sum->high = before + high;
    sum->top += bit_where(sum->high < before);
    sum->high += carry;
    sum->top += bit_where(sum->high < carry);
}

static inline void pairs_mul_add(Pairs *sum, Wide x, Wide y) {
    const uint64_t x0 = (uint64_t)x, x1 = (uint64_t)(x >> 64), y0 = (uint64_t)y, y1 = (uint64_t)(y >> 64);
    const Wide low = (Wide)x0 * y0, left = (Wide)x1 * y0, right = (Wide)x0 * y1 + (uint64_t)left + (low >> 64);
    pairs_add(sum, right << 64 | (uint64_t)low, (Wide)x1 * y1 + (left >> 64) + (right >> 64));
}

/* From the top down, 64 bits at a time: each step brings an element times 2^64, plus a word, below p. */
static inline Wide pairs_reduced(const Pairs *sum) {
    const Wide first = fold_pairs(sum->top, sum->high);
    const Wide second = fold_pairs(first >> 64, first << 64 | (uint64_t)(sum->low >> 64));
    return fold_pairs(second >> 64, second << 64 | (uint64_t)sum->low);
}

static inline Wide mul_pairs(Wide x, Wide y) {
    Pairs product = {0};
    pairs_mul_add(&product, x, y);
    return pairs_reduced(&product);
}
