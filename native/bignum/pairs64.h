/* Pairs modulo squares in radix 2^64, one after the other, both halves below r. The file that includes this has included
 * bignum/radix64.h and defines, for t of 2 size + 1 words,
 *
 *     multiply       t = x * y + the lower half of t
 *     multiply_add   t += x * y
 *     multiply_self  t = x^2
 *     decrease       x -= bit for an x >= bit of size + 1 words
 *     divide_out     t += m n with the m < R = 2^(64 limbs) that makes t a multiple of R
 *
 * and here is what bignum/ladders.h asks for, but that numbers read are divided by R. */

/* A pair is `size` words: twice those of r with its zeros. */
typedef struct {
    size_t size;
    Divisor r;
    const uint64_t *into, *unit;
} Residues;

/* For roots of half the limbs that there are at most. */
enum { HALF_WORDS = BIGNUM_LIMBS / 2, PRODUCT_WORDS = 2 * HALF_WORDS + 1 };

/* out = 2 x; the bit that moves out at the top. */
static uint64_t twice(uint64_t *out, const uint64_t *x, size_t size) {
    for (size_t i = 0; i < size; i++) out[i] = x[i] << 1 | (i ? x[i - 1] >> 63 : 0);
    return x[size - 1] >> 63;
}

/* t += bit x. */
static void add_where(uint64_t *t, const uint64_t *x, uint64_t bit, size_t size) {
    uint64_t carry = 0;
    for (size_t i = 0; i < size; i++) {
        const Wide sum = (Wide)t[i] + (x[i] & (0 - bit)) + carry;
        t[i] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    t[size] += carry;
}

/* The first half of a product from t = a1 a2 < R r, which leaves m in the lower half of t: u < 2 r. What is taken off u, the
 * second half has to take off too; 1 where that is so. Then m > 0, or u = a1 a2 / R < r. */
static uint64_t first_half(const Residues *f, uint64_t *out, uint64_t *t) {
    uint64_t m[HALF_WORDS];
    divide_out(&f->r, m, t);
    const uint64_t less = reduce_once(out, t + f->r.limbs, t[f->r.limbs + f->r.size], f->r.n, f->r.size);
    memcpy(t, m, f->r.size * sizeof *t);
    return less;
}

/* The second half from t = a1 b2 + a2 b1 + m < R r + r^2 + R - r: (t + R r - r) / R < 3 r. It is 1 or more where m is, so
 * that `less` can be taken off before the sum is reduced. */
static void second_half(const Residues *f, uint64_t *out, uint64_t *t, uint64_t less) {
    uint64_t m[HALF_WORDS], *const sum = t + f->r.limbs;
    divide_out(&f->r, m, t);
    decrease(sum, less, f->r.size);
    uint64_t top = sum[f->r.size];
    take_off(out, sum, &top, f->r.n, f->r.size);
    take_off(out, out, &top, f->r.n, f->r.size);
}

/* x / R mod r^2 for x whose first half is any number below R; y below r in both halves, or the reverse. */
static void times(const Residues *f, uint64_t *out, const uint64_t *x, const uint64_t *y) {
    const size_t half = f->r.size;
    uint64_t t[PRODUCT_WORDS], first[HALF_WORDS];
    memset(t, 0, half * sizeof *t);
    multiply(t, x, y, half);
    const uint64_t less = first_half(f, first, t);
    multiply(t, x, y + half, half);
    multiply_add(t, x + half, y, half);
    second_half(f, out + half, t, less);
    memcpy(out, first, half * sizeof *out);
}

static void square(const Residues *f, uint64_t *out, const uint64_t *x) {
    const size_t half = f->r.size;
    uint64_t t[PRODUCT_WORDS], first[HALF_WORDS], doubled_first[HALF_WORDS];
    multiply_self(t, x, half);
    const uint64_t less = first_half(f, first, t);
    const uint64_t bit = twice(doubled_first, x, half);
    multiply(t, doubled_first, x + half, half);
    add_where(t + half, x + half, bit, half);
    second_half(f, out + half, t, less);
    memcpy(out, first, half * sizeof *out);
}

/* The pair of x / R for any x of twice the words of r: with x + m r = R u it is u - m / R r. u may be r and more above R,
 * which is taken off both halves; then u > x / R and m > 0. The second half is (m + m' r) / R <= r, 1 or more where m is. */
static void read_number(const Residues *f, uint64_t *out, const uint64_t *words, size_t step) {
    (void)step;
    uint64_t t[PRODUCT_WORDS] = {0}, m[HALF_WORDS], r_or_none[HALF_WORDS];
    memcpy(t, words, 2 * f->r.limbs * sizeof *t);
    divide_out(&f->r, m, t);
    const uint64_t above = t[2 * f->r.limbs];
    for (size_t i = 0; i < f->r.size; i++) r_or_none[i] = f->r.n[i] & (0 - above);
    subtract(out, t + f->r.limbs, r_or_none, f->r.size);
    memset(t, 0, sizeof t);
    memcpy(t, m, f->r.size * sizeof *t);
    second_half(f, out + f->r.size, t, above);
}

/* a - b r + r^2 = a + (r - b) r for b > 0, and a for b = 0. */
static void write_number(const Residues *f, uint64_t *words, const uint64_t *x) {
    uint64_t t[PRODUCT_WORDS], negative[HALF_WORDS];
    subtract(negative, f->r.n, x + f->r.size, f->r.size);
    reduce_once(negative, negative, 0, f->r.n, f->r.size);
    memcpy(t, x, f->r.size * sizeof *t);
    multiply(t, negative, f->r.n, f->r.size);
    memcpy(words, t, 2 * f->r.limbs * sizeof *t);
}

/* A pair from the words of both halves. */
static void read_pair(const Residues *f, uint64_t *out, const uint64_t *words) {
    read_words(out, words, f->r.limbs, f->r.size);
    read_words(out + f->r.size, words + f->r.limbs, f->r.limbs, f->r.size);
}

static void put_one(const Residues *f, uint64_t *out) {
    times(f, out, f->into, f->unit);
    times(f, out, out, f->unit);
}

static Digit exponent_part(const Residues *f, const uint64_t *exponents, size_t step, size_t from, unsigned width) {
    (void)f, (void)step;
    return bits_of(exponents, from, width);
}

static void choose(const Residues *f, uint64_t *out, const uint64_t *table, size_t entries, Digit index) {
    choose_number(out, table, f->size, entries, index);
}

static Residues field(Moduli m, size_t lanes, uint64_t **space) {
    (void)lanes;
    const size_t limbs = m.root, half = padded(limbs);
    const uint64_t *const row = m.rows + bignum_root_row(m.limbs);
    uint64_t *const r = reserve(space, half);
    uint64_t *const into = reserve(space, 2 * half), *const unit = reserve(space, 2 * half);
    const Residues f = {2 * half, {r, half, limbs, row[limbs]}, into, unit};
    read_words(r, row, limbs, half);
    read_pair(&f, into, row + limbs + 1);
    memset(unit, 0, f.size * sizeof *unit);
    unit[0] = 1;
    return f;
}
