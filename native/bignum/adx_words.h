/* Differences, products and Montgomery's division of numbers, eight words at once. The file that includes this has included
 * bignum/adx_products.h and bignum/radix64.h; `size` is a multiple of ROWS. */

static uint64_t subtract(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t size) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < size; i += ROWS) borrow = subtract_rows(out + i, x + i, y + i, borrow);
    return borrow;
}

static void put(uint64_t *t, Window w) { memcpy(t, w.word, sizeof w.word); }

/* t += w + carry; 1 where that is more than ROWS words hold. */
static uint64_t add_window(uint64_t *t, Window w, uint64_t carry) {
    for (size_t r = 0; r < ROWS; r++) {
        const Wide sum = (Wide)t[r] + w.word[r] + carry;
        t[r] = (uint64_t)sum;
        carry = (uint64_t)(sum >> 64);
    }
    return carry;
}

/* t = x * y + the lower half of t, which has 2 size + 1 words. */
static void multiply(uint64_t *t, const uint64_t *x, const uint64_t *y, size_t size) {
    uint64_t rows[ROWS];
    for (size_t i = 0; i < size; i += ROWS) {
        memcpy(rows, y + i, sizeof rows);
        put(t + i + size, slide(t + i, x, size, rows, (Window){{0}}));
    }
    t[2 * size] = 0;
}

/* t += m n with the m < 2^(64 limbs) that makes `limbs` words of t zero; t has 2 size + 1 words, m has size. A function
 * apart, and all about n in memory, since the steps leave no register free. */
static __attribute__((noinline)) void divide_out(const Divisor *d, uint64_t *m, uint64_t *t) {
    uint64_t digits[ROWS], carry = 0;
    for (size_t i = 0; i < d->size; i += ROWS) {
        Window w = divide(digits, t + i, d->n, d->inverse, d->limbs - i);
        w = slide(t + i + ROWS, d->n + ROWS, d->size - ROWS, digits, w);
        carry = add_window(t + i + d->size, w, carry);
        memcpy(m + i, digits, sizeof digits);
    }
    t[2 * d->size] += carry;
}

/* The words of 2 x. */
static void doubled(uint64_t *rows, const uint64_t *x, uint64_t bit) {
    for (size_t r = 0; r < ROWS; r++) rows[r] = x[r] << 1 | (r ? x[r - 1] >> 63 : bit);
}

static Window times_bit(const uint64_t *x, uint64_t bit) {
    Window w;
    for (size_t r = 0; r < ROWS; r++) w.word[r] = x[r] & (0 - bit);
    return w;
}

/* t = x^2: the words of 2 x, eight at a time, times those above them, and the square of these eight. A bit that doubling
 * moved up into the next eight comes too late for these themselves: it is where their window begins. */
static void multiply_self(uint64_t *t, const uint64_t *x, size_t size) {
    uint64_t rows[ROWS];
    memset(t, 0, size * sizeof *t);
    for (size_t i = 0; i < size; i += ROWS) {
        const uint64_t bit = i ? x[i - 1] >> 63 : 0;
        memcpy(rows, x + i, sizeof rows);
        const Window w = slide(t + 2 * i, x + i, ROWS, rows, times_bit(x + i, bit));
        doubled(rows, x + i, bit);
        put(t + i + size, slide(t + 2 * i + ROWS, x + i + ROWS, size - i - ROWS, rows, w));
    }
    t[2 * size] = 0;
}
