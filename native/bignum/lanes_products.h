/* Products of eight numbers in radix 2^52 side by side; for lanes_division.h.
 *
 * Digit i of the eight numbers is the register at x + 8 i. Sums are left unreduced in 64 bits while products are added:
 * a position of a product with its Montgomery reduction takes at most 4 * digits terms of 52 bits (twice the cross
 * terms for a square), of two products 6 * digits and one, below 2^64 as long as digits <= 682.
 *
 * A block is up to 8 digits of one factor, in registers. The other factor slides past it, one digit a step, and
 * with it a window of sums: each step adds 2 * ROWS products for two loads and a store. */

enum { MOST_ROWS = 8 };

INLINE V at(const uint64_t *x, size_t digit) { return load(x + LANES * digit); }
INLINE void put(uint64_t *x, size_t digit, V v) { store(x + LANES * digit, v); }

/* t[j + k] += x[j] * rows[k] for j < count, k < ROWS, with carries left in place: window holds t[0], ..., t[ROWS]. */
INLINE void slide(uint64_t *t, V *window, const V *rows, const uint64_t *x, size_t count, const int ROWS) {
    for (size_t j = 0; j < count; j++) {
        const V digit = at(x, j);
        UNROLL for (int k = 0; k < ROWS; k++) window[k] = add_low(window[k], digit, rows[k]);
        put(t, j, window[0]);
        UNROLL for (int k = 0; k < ROWS; k++) window[k] = add_high(window[k + 1], digit, rows[k]);
        window[ROWS] = at(t, j + (size_t)ROWS + 1);
    }
    UNROLL for (int k = 0; k <= ROWS; k++) put(t, count + (size_t)k, window[k]);
}

/* t += x * (ROWS digits of y). */
INLINE void multiply_rows(uint64_t *t, const uint64_t *x, const uint64_t *y, size_t digits, const int ROWS) {
    V rows[MOST_ROWS], window[MOST_ROWS + 1];
    UNROLL for (int k = 0; k < ROWS; k++) rows[k] = at(y, (size_t)k);
    UNROLL for (int k = 0; k <= ROWS; k++) window[k] = at(t, (size_t)k);
    slide(t, window, rows, x, digits, ROWS);
}

/* t += the products of the first ROWS digits of x with all that come after them, each pair once. */
INLINE void square_rows(uint64_t *t, const uint64_t *x, size_t digits, const int ROWS) {
    V rows[MOST_ROWS], sums[2 * MOST_ROWS + 1];
    UNROLL for (int k = 0; k < ROWS; k++) rows[k] = at(x, (size_t)k);
    UNROLL for (int p = 0; p <= 2 * ROWS; p++) sums[p] = at(t, (size_t)p);
    UNROLL for (int j = 1; j < ROWS; j++) {
        UNROLL for (int k = 0; k < j; k++) {
            sums[j + k] = add_low(sums[j + k], rows[j], rows[k]);
            sums[j + k + 1] = add_high(sums[j + k + 1], rows[j], rows[k]);
        }
    }
    UNROLL for (int p = 0; p < ROWS; p++) put(t, (size_t)p, sums[p]);
    slide(t + LANES * ROWS, sums + ROWS, rows, x + LANES * ROWS, digits - (size_t)ROWS, ROWS);
}

/* t += m n with the m < 2^(52 ROWS) that makes the first ROWS digits of the sum 0; their carry goes to the next. What is
 * left there are the digits of m. */
INLINE void reduce_rows(uint64_t *t, const uint64_t *n, V inverse, size_t digits, const int ROWS) {
    V m[MOST_ROWS], sums[2 * MOST_ROWS + 1], carry = zero();
    UNROLL for (int p = 0; p < ROWS; p++) sums[p] = at(t, (size_t)p);
    UNROLL for (int k = 0; k < ROWS; k++) {
        sums[k] = add(sums[k], carry);
        m[k] = add_low(zero(), sums[k], inverse);
        UNROLL for (int j = 0; j < ROWS - k; j++) sums[k + j] = add_low(sums[k + j], m[k], at(n, (size_t)j));
        UNROLL for (int j = 1; j < ROWS - k; j++) sums[k + j] = add_high(sums[k + j], m[k], at(n, (size_t)j - 1));
        carry = above_digit(sums[k]);
        put(t, (size_t)k, m[k]);
    }
    UNROLL for (int p = ROWS; p <= 2 * ROWS; p++) sums[p] = at(t, (size_t)p);
    sums[ROWS] = add(sums[ROWS], carry);
    UNROLL for (int j = 0; j < ROWS; j++) {
        const V digit = at(n, (size_t)j);
        UNROLL for (int k = ROWS - j; k < ROWS; k++) sums[j + k] = add_low(sums[j + k], digit, m[k]);
        UNROLL for (int k = ROWS - j - 1; k < ROWS; k++) sums[j + k + 1] = add_high(sums[j + k + 1], digit, m[k]);
    }
    slide(t + LANES * ROWS, sums + ROWS, m, n + LANES * ROWS, digits - (size_t)ROWS, ROWS);
}

/* CALL(rows) with a constant, so that each number of rows has code of its own. */
#define WITH_ROWS(rows, CALL)   \
    switch (rows) {             \
    case 1: CALL(1); break;     \
    case 2: CALL(2); break;     \
    case 3: CALL(3); break;     \
    case 4: CALL(4); break;     \
    case 5: CALL(5); break;     \
    case 6: CALL(6); break;     \
    case 7: CALL(7); break;     \
    default: CALL(8);           \
    }

#define MULTIPLY(ROWS) multiply_rows(t, x, y, digits, ROWS)
static void multiply_block(uint64_t *t, const uint64_t *x, const uint64_t *y, size_t digits, size_t rows) {
    WITH_ROWS(rows, MULTIPLY)
}
#undef MULTIPLY

#define SQUARE(ROWS) square_rows(t, x, digits, ROWS)
static void square_block(uint64_t *t, const uint64_t *x, size_t digits, size_t rows) { WITH_ROWS(rows, SQUARE) }
#undef SQUARE

#define REDUCE(ROWS) reduce_rows(t, n, inverse, digits, ROWS)
static void reduce_block(uint64_t *t, const uint64_t *n, V inverse, size_t digits, size_t rows) {
    WITH_ROWS(rows, REDUCE)
}
#undef REDUCE
