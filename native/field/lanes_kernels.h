/* The elementwise kernels and the transform of one kind of modulus, on Elements of LANES elements, STEP words each. The
 * including file defines KIND(name), the name of a function of this kind, and MUL(x, y, k), its product. */

static size_t KIND(count_wrong)(const uint64_t *x, size_t n, const Field *f) {
    const Constants k = constants_of(f);
    uint64_t lanes[LANES], wrong = 0;
    V counts = spread(0);
    for (size_t i = 0; i < n; i += LANES) counts = count_wrong(counts, load_some(x + i * STEP, at_most(n - i, LANES)), &k);
    store(lanes, counts);
    for (int lane = 0; lane < LANES; lane++) wrong += lanes[lane];
    return wrong;
}

/* `value` is an expression of IN(array), the elements of an array at this step. */
#define EACH(value)                                                       \
    size_t i = 0;                                                         \
    for (; i + LANES <= n; i += LANES) {                                  \
        const size_t count = LANES;                                       \
        store_elements(out + i * STEP, value);                            \
    }                                                                     \
    if (i < n) {                                                          \
        const size_t count = n - i;                                       \
        store_some(out + i * STEP, count, value);                         \
    }
#define IN(array) (count == LANES ? load_elements(array + i * STEP) : load_some(array + i * STEP, count))

static void KIND(add)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f) {
    const Constants k = constants_of(f);
    EACH(add(IN(x), IN(y), &k))
}

static void KIND(sub)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f) {
    const Constants k = constants_of(f);
    EACH(sub(IN(x), IN(y), &k))
}

static void KIND(neg)(uint64_t *out, const uint64_t *x, size_t n, const Field *f) {
    const Constants k = constants_of(f);
    EACH(sub(zeros(), IN(x), &k))
}

static void KIND(mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f) {
    const Constants k = constants_of(f);
    EACH(MUL(IN(x), IN(y), &k))
}

static void KIND(scale)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n, const Field *f) {
    const Constants k = constants_of(f);
    const Elements factor = spread_element(s);
    EACH(MUL(IN(x), factor, &k))
}

static void KIND(mul_add)(uint64_t *out, const uint64_t *c, const uint64_t *x, const uint64_t *y, size_t n,
                          const Field *f) {
    const Constants k = constants_of(f);
    EACH(add(IN(c), MUL(IN(x), IN(y), &k), &k))
}

static void KIND(recombine)(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                            const uint64_t *a, size_t n, int with_de, const Field *f) {
    const Constants k = constants_of(f);
    const V keep = spread(with_de ? UINT64_MAX : 0);
    EACH(add(IN(c), add(MUL(IN(d), add(IN(b), masked(IN(e), keep), &k), &k), MUL(IN(e), IN(a), &k), &k), &k))
}

#undef IN
#undef EACH

/* Four rows `distance` words apart, two steps of the transform at once; roots[1..3] are w^j, w^2j, w^3j. */
static inline __attribute__((always_inline)) void KIND(butterfly4)(uint64_t *x, size_t distance, size_t count,
                                                                   const Elements roots[4], int first,
                                                                   const Constants *k) {
    const Elements a = load_some(x, count), b = load_some(x + distance, count);
    const Elements c = load_some(x + 2 * distance, count), d = load_some(x + 3 * distance, count);
    const Elements ac = add(a, c, k), bd = add(b, d, k), even = sub(a, c, k);
    const Elements odd = MUL(sub(b, d, k), roots[0], k);
    store_some(x, count, add(ac, bd, k));
    if (first) {
        store_some(x + distance, count, sub(ac, bd, k));
        store_some(x + 2 * distance, count, add(even, odd, k));
        store_some(x + 3 * distance, count, sub(even, odd, k));
    } else {
        store_some(x + distance, count, MUL(sub(ac, bd, k), roots[2], k));
        store_some(x + 2 * distance, count, MUL(add(even, odd, k), roots[1], k));
        store_some(x + 3 * distance, count, MUL(sub(even, odd, k), roots[3], k));
    }
}

/* The blocks' j-th groups of four rows, j being a quarter of a block at most. */
static void KIND(stage4)(uint64_t *x, size_t rows, size_t length, size_t width, const uint64_t *roots, const Field *f) {
    const Constants k = constants_of(f);
    const size_t quarter = length / 4, stride = rows / length * STEP, line = width * STEP;
    for (size_t j = 0; j < quarter; j++) {
        const Elements powers[4] = {spread_element(roots + quarter * stride), spread_element(roots + j * stride),
                                    spread_element(roots + 2 * j * stride), spread_element(roots + 3 * j * stride)};
        for (size_t block = 0; block < rows; block += length)
            for (size_t i = 0; i < width; i += LANES) {
                uint64_t *place = x + (block + j) * line + i * STEP;
                if (j)
                    KIND(butterfly4)(place, quarter * line, at_most(width - i, LANES), powers, 0, &k);
                else
                    KIND(butterfly4)(place, quarter * line, at_most(width - i, LANES), powers, 1, &k);
            }
    }
}

static void KIND(transform)(uint64_t *x, size_t rows, size_t width, const uint64_t *roots, const Field *f) {
    const Constants k = constants_of(f);
    const size_t line = width * STEP;
    size_t length = rows;
    for (; length >= 4; length /= 4) KIND(stage4)(x, rows, length, width, roots, f);
    if (length == 1) return;
    for (uint64_t *place = x; place < x + rows * line; place += 2 * line)
        for (size_t i = 0; i < width; i += LANES) {
            const size_t count = at_most(width - i, LANES);
            uint64_t *upper = place + i * STEP, *lower = upper + line;
            const Elements u = load_some(upper, count), v = load_some(lower, count);
            store_some(upper, count, add(u, v, &k));
            store_some(lower, count, sub(u, v, &k));
        }
}

#include "field/lanes_sums.h"
