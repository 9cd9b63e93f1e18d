/* Words of radix 2^64 and what numbers and pairs of numbers in it share. The file that includes this says how many words
 * its products go through at once, AT_ONCE, and defines
 *
 *     subtract   out = x - y; 1 where it borrows */

typedef unsigned __int128 Wide;
typedef uint64_t Digit;

/* What Montgomery's division by 2^(64 limbs) takes: an odd n of `limbs` words, zeros up to `size`; -1/n mod 2^64. */
typedef struct {
    const uint64_t *n;
    size_t size, limbs;
    uint64_t inverse;
} Divisor;

static uint64_t subtract(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t size);

/* `limbs` and zeros up to a multiple of AT_ONCE. */
static size_t padded(size_t limbs) { return (limbs + AT_ONCE - 1) / AT_ONCE * AT_ONCE; }

static void read_words(uint64_t *out, const uint64_t *words, size_t limbs, size_t size) {
    memcpy(out, words, limbs * sizeof *out);
    memset(out + limbs, 0, (size - limbs) * sizeof *out);
}

/* Takes n off (*top, x) where that is not below n: 1 where it does. Of *top it leaves what is above `size` words. */
static uint64_t take_off(uint64_t *out, const uint64_t *x, uint64_t *top, const uint64_t *n, size_t size) {
    uint64_t reduced[BIGNUM_LIMBS];
    const uint64_t borrow = subtract(reduced, x, n, size), keep = 0 - (borrow & (*top - 1) >> 63);
    for (size_t i = 0; i < size; i++) out[i] = (x[i] & keep) | (reduced[i] & ~keep);
    *top -= borrow & ~keep;
    return 1 + keep;
}

/* Takes n off (top, x) < 2 n where that is not below n: 1 where it does. */
static uint64_t reduce_once(uint64_t *out, const uint64_t *x, uint64_t top, const uint64_t *n, size_t size) {
    return take_off(out, x, &top, n, size);
}

/* `width` bits of an exponent from bit `from` on. */
static Digit bits_of(const uint64_t *exponent, size_t from, unsigned width) {
    const size_t word = from / 64, shift = from % 64;
    const uint64_t above = shift + width > 64 ? exponent[word + 1] << (64 - shift) : 0;
    return (exponent[word] >> shift | above) & (((uint64_t)1 << width) - 1);
}

/* All ones where x == y; both below 2^63. */
static uint64_t equal(uint64_t x, uint64_t y) { return 0 - (((x ^ y) - 1) >> 63); }

/* out = table[index] for numbers of `size` words, all of them read. */
static void choose_number(uint64_t *out, const uint64_t *table, size_t size, size_t entries, Digit index) {
    for (size_t i = 0; i < size; i += AT_ONCE) {
        uint64_t chosen[AT_ONCE] = {0};
        for (size_t e = 0; e < entries; e++) {
            const uint64_t mask = equal(e, index);
            for (size_t w = 0; w < AT_ONCE; w++) chosen[w] |= table[e * size + i + w] & mask;
        }
        memcpy(out + i, chosen, sizeof chosen);
    }
}
