/* Numbers in radix 2^64, one after the other, each below its modulus. The file that includes this says how many words
 * its products go through at once, AT_ONCE, and defines
 *
 *     subtract   out = x - y; 1 where it borrows
 *     times      out = x * y / 2^(64 limbs) mod n, in place or not, for x of any value and y < n, or the reverse
 *
 * and here is what bignum/ladders.h asks for, but `square`. */

typedef unsigned __int128 Wide;
typedef uint64_t Digit;

/* A number is `size` words: the contract's `limbs`, then zeros up to a multiple of AT_ONCE. */
typedef struct {
    size_t size, limbs;
    const uint64_t *n, *squared, *shared_squared, *unit;
    uint64_t inverse;
} Residues;

static uint64_t subtract(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t size);
static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y);

/* Takes n off (top, x) < 2 n where that is not below n. */
static void reduce_once(uint64_t *out, const uint64_t *x, uint64_t top, const uint64_t *n, size_t size) {
    uint64_t reduced[BIGNUM_LIMBS];
    const uint64_t keep = 0 - (subtract(reduced, x, n, size) & (top ^ 1));
    for (size_t i = 0; i < size; i++) out[i] = (x[i] & keep) | (reduced[i] & ~keep);
}

/* Another Montgomery step, by the bits that the contract's R has more than 2^(64 limbs). */
static void times_shared(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const unsigned bits = (unsigned)(52 * bignum_digits(f->limbs) - 64 * f->limbs);
    uint64_t t[BIGNUM_LIMBS + 1], carry = 0;
    times(f, t, x, y);
    const uint64_t m = t[0] * f->inverse & (((uint64_t)1 << bits) - 1);
    for (size_t j = 0; j < f->size; j++) {
        const Wide sum = (Wide)m * f->n[j] + t[j] + carry;
        t[j] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    t[f->size] = carry;
    for (size_t j = 0; j < f->size; j++) t[j] = t[j] >> bits | t[j + 1] << (64 - bits);
    reduce_once(out, t, carry >> bits, f->n, f->size);
}

static void read_number(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    (void)step;
    memcpy(out, words, f->limbs * sizeof *out);
    memset(out + f->limbs, 0, (f->size - f->limbs) * sizeof *out);
}

static void read_numbers(const Residues *f, uint64_t *out, const uint64_t *const *numbers) {
    read_number(f, out, numbers[0], 0);
}

static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) {
    memcpy(words, x, f->limbs * sizeof *x);
}

static Digit exponent_part(const Residues *f, const uint64_t *exponents, size_t step, size_t from, unsigned width) {
    (void)f, (void)step;
    const size_t word = from / 64, shift = from % 64;
    const uint64_t above = shift + width > 64 ? exponents[word + 1] << (64 - shift) : 0;
    return (exponents[word] >> shift | above) & (((uint64_t)1 << width) - 1);
}

/* All ones where x == y; both below 2^63. */
static uint64_t equal(uint64_t x, uint64_t y) { return 0 - (((x ^ y) - 1) >> 63); }

static void choose(const Residues *f, uint64_t *out, const uint64_t *table, size_t entries, Digit index) {
    for (size_t i = 0; i < f->size; i += AT_ONCE) {
        uint64_t chosen[AT_ONCE] = {0};
        for (size_t e = 0; e < entries; e++) {
            const uint64_t mask = equal(e, index);
            for (size_t w = 0; w < AT_ONCE; w++) chosen[w] |= table[e * f->size + i + w] & mask;
        }
        memcpy(out + i, chosen, sizeof chosen);
    }
}

static void choose_power(const Residues *f, uint64_t *out, PowersOfBase powers, size_t row, Digit index) {
    const size_t entries = (size_t)1 << powers.width;
    memset(out, 0, f->size * sizeof *out);
    for (size_t i = 0; i < f->limbs; i++) {
        const uint64_t *const words = powers.table + (row * f->limbs + i) * entries;
        uint64_t chosen = 0;
        for (size_t e = 0; e < entries; e++) chosen |= words[e] & equal(e, index);
        out[i] = chosen;
    }
}

static Residues field(Moduli m, size_t lanes, uint64_t **space) {
    (void)lanes;
    const size_t size = (m.limbs + AT_ONCE - 1) / AT_ONCE * AT_ONCE;
    uint64_t *const n = reserve(space, size), *const squared = reserve(space, size);
    uint64_t *const shared_squared = reserve(space, size), *const unit = reserve(space, size);
    const Residues f = {size, m.limbs, n, squared, shared_squared, unit, m.rows[3 * m.limbs]};
    read_number(&f, n, m.rows, 0);
    read_number(&f, squared, m.rows + m.limbs, 0);
    read_number(&f, shared_squared, m.rows + 2 * m.limbs, 0);
    memset(unit, 0, size * sizeof *unit);
    unit[0] = 1;
    return f;
}

enum { CORRECTION = 0 };
