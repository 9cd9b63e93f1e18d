/* Products of eight numbers side by side with Montgomery's division, and differences. The file that includes this has
 * included bignum/lanes_products.h. t is 2 digits + 1 registers, a number `digits` of them, each digit below 2^52. */

/* What the division by R = 2^(52 digits) takes: in every lane an odd n and -1/n mod 2^52, or zeros. */
typedef struct {
    const uint64_t *n;
    size_t digits;
    V inverse;
} Divisor;

/* out = t, its sums carried to digits of 52 bits, in place or not. */
static void carry_over(uint64_t *out, const uint64_t *t, size_t digits) {
    V carry = zero();
    for (size_t i = 0; i < digits; i++) {
        const V sum = add(at(t, i), carry);
        put(out, i, low_digit(sum));
        carry = above_digit(sum);
    }
}

static void clear(uint64_t *t, size_t registers) { memset(t, 0, LANES * registers * sizeof *t); }

/* t += x * y. */
static void multiply(uint64_t *t, const uint64_t *x, const uint64_t *y, size_t digits) {
    for (size_t i = 0; i < digits; i += MOST_ROWS)
        multiply_block(t + LANES * i, x, y + LANES * i, digits, at_most(digits - i, MOST_ROWS));
}

/* t = x^2. */
static void multiply_self(uint64_t *t, const uint64_t *x, size_t digits) {
    clear(t, 2 * digits + 1);
    for (size_t i = 0; i < digits; i += MOST_ROWS)
        square_block(t + LANES * 2 * i, x + LANES * i, digits - i, at_most(digits - i, MOST_ROWS));
    for (size_t i = 0; i < digits; i++) {
        const V digit = at(x, i), low = at(t, 2 * i), high = at(t, 2 * i + 1);
        put(t, 2 * i, add_low(add(low, low), digit, digit));
        put(t, 2 * i + 1, add_high(add(high, high), digit, digit));
    }
}

/* out = (t + m n) / R for the m < R that makes a multiple of R of the sum. t keeps m in its lower half. */
static void divide(const Divisor *d, uint64_t *out, uint64_t *t) {
    for (size_t i = 0; i < d->digits; i += MOST_ROWS)
        reduce_block(t + LANES * i, d->n, d->inverse, d->digits, at_most(d->digits - i, MOST_ROWS));
    carry_over(out, t + LANES * d->digits, d->digits);
}

/* out = x - y + carry for a carry of 0 or 1; -1 where that is negative. */
static V subtract(uint64_t *out, const uint64_t *x, const uint64_t *y, V carry, size_t digits) {
    for (size_t i = 0; i < digits; i++) {
        const V difference = add(_mm512_sub_epi64(at(x, i), at(y, i)), carry);
        put(out, i, low_digit(difference));
        carry = _mm512_srai_epi64(difference, DIGIT_BITS);
    }
    return carry;
}

/* out = x mod n for x < 2 n, not in place; 1 where n was taken off. */
static V reduce_once(uint64_t *out, const uint64_t *x, const Divisor *d) {
    const V borrow = subtract(out, x, d->n, zero(), d->digits);
    const __mmask8 keep = _mm512_movepi64_mask(borrow);
    for (size_t i = 0; i < d->digits; i++) put(out, i, _mm512_mask_mov_epi64(at(out, i), keep, at(x, i)));
    return add(borrow, spread(1));
}
