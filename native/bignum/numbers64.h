/* Numbers in radix 2^64, one after the other, each below its modulus. The file that includes this has included
 * bignum/radix64.h and defines
 *
 *     times      out = x * y / 2^(64 limbs) mod n, in place or not, for x of any value and y < n, or the reverse
 *
 * and here is what bignum/ladders.h and bignum/products.h ask for, but `square`. */

/* A number is `size` words: the contract's `limbs`, then zeros up to a multiple of AT_ONCE. */
typedef struct {
    size_t size, limbs;
    const uint64_t *n, *into, *shared_squared, *unit;
    uint64_t inverse;
} Residues;

static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y);

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
    read_words(out, words, f->limbs, f->size);
}

static void read_numbers(const Residues *f, uint64_t *out, const uint64_t *const *numbers) {
    read_number(f, out, numbers[0], 0);
}

static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) {
    memcpy(words, x, f->limbs * sizeof *x);
}

static void put_one(const Residues *f, uint64_t *out) { times(f, out, f->into, f->unit); }

static Digit exponent_part(const Residues *f, const uint64_t *exponents, size_t step, size_t from, unsigned width) {
    (void)f, (void)step;
    return bits_of(exponents, from, width);
}

static void choose(const Residues *f, uint64_t *out, const uint64_t *table, size_t entries, Digit index) {
    choose_number(out, table, f->size, entries, index);
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
    const size_t size = padded(m.limbs);
    uint64_t *const n = reserve(space, size), *const into = reserve(space, size);
    uint64_t *const shared_squared = reserve(space, size), *const unit = reserve(space, size);
    const Residues f = {size, m.limbs, n, into, shared_squared, unit, m.rows[3 * m.limbs]};
    read_number(&f, n, m.rows, 0);
    read_number(&f, into, m.rows + m.limbs, 0);
    read_number(&f, shared_squared, m.rows + 2 * m.limbs, 0);
    memset(unit, 0, size * sizeof *unit);
    unit[0] = 1;
    return f;
}

enum { CORRECTION = 0 };
