/* The kernels of one field, a register at a time; see docs/algorithms/binary_fields.md. To be included once for each
 * field by a file that defines
 *   V, REGISTER (its words), load, load_first, store, store_first, zero
 *   WORDS (an element's), FIELD(name), spread_element (one element in all places),
 *   Unreduced: sums of products of polynomials, not reduced, all 0 where it is {0}
 *   add_product (sum += x y), add_square (sum += x^2), reduced,
 *   chosen (x where the bits of the lowest places are 1, otherwise 0);
 * undefines WORDS and FIELD. LANES elements are in a register; GROUP registers are worked on together. */

#define LANES (REGISTER / WORDS)
#define GROUP 8

static inline V FIELD(product)(V x, V y) {
    FIELD(Unreduced) sum = {0};
    FIELD(add_product)(&sum, x, y);
    return FIELD(reduced)(sum);
}

static inline V FIELD(squared)(V x) {
    FIELD(Unreduced) sum = {0};
    FIELD(add_square)(&sum, x);
    return FIELD(reduced)(sum);
}

/* Elements i, i + 1, ... of x as far as they are before n, then zeros. */
static inline V FIELD(load_from)(const uint64_t *x, size_t i, size_t n) {
    return i < n ? load_first(x + i * WORDS, at_most(n - i, LANES) * WORDS) : zero();
}

static inline void FIELD(store_from)(uint64_t *out, size_t i, size_t n, V v) {
    if (i < n) store_first(out + i * WORDS, at_most(n - i, LANES) * WORDS, v);
}

static void FIELD(mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        store(out + i * WORDS, FIELD(product)(load(x + i * WORDS), load(y + i * WORDS)));
    FIELD(store_from)(out, i, n, FIELD(product)(FIELD(load_from)(x, i, n), FIELD(load_from)(y, i, n)));
}

static void FIELD(scale)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    const V factor = FIELD(spread_element)(s);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) store(out + i * WORDS, FIELD(product)(load(x + i * WORDS), factor));
    FIELD(store_from)(out, i, n, FIELD(product)(FIELD(load_from)(x, i, n), factor));
}

static void FIELD(square)(uint64_t *out, const uint64_t *x, size_t n) {
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) store(out + i * WORDS, FIELD(squared)(load(x + i * WORDS)));
    FIELD(store_from)(out, i, n, FIELD(squared)(FIELD(load_from)(x, i, n)));
}

/* With b_m = x^(2^m - 1): b_2m = b_m^(2^m) b_m, b_(m+1) = b_m^2 x, and 1/x = b_(k-1)^2 (Itoh, Tsujii, Information and
 * Computation 78, 1988). k - 1 is 2^i - 1 for both fields, so each step goes from m to 2m + 1. */
static void FIELD(invert)(uint64_t *out, const uint64_t *x, size_t n) {
    for (size_t i = 0; i < n; i += GROUP * LANES) {
        V a[GROUP], b[GROUP], c[GROUP];
        for (size_t j = 0; j < GROUP; j++) b[j] = a[j] = FIELD(load_from)(x, i + j * LANES, n);
        for (int m = 1; m < 64 * WORDS - 1; m = 2 * m + 1) {
            memcpy(c, b, sizeof c);
            for (int k = 0; k < m; k++)
                for (size_t j = 0; j < GROUP; j++) c[j] = FIELD(squared)(c[j]);
            for (size_t j = 0; j < GROUP; j++) b[j] = FIELD(product)(FIELD(squared)(FIELD(product)(c[j], b[j])), a[j]);
        }
        for (size_t j = 0; j < GROUP; j++) FIELD(store_from)(out, i + j * LANES, n, FIELD(squared)(b[j]));
    }
}

static inline void FIELD(add_places)(uint64_t *out, V v) {
    uint64_t places[REGISTER];
    store(places, v);
    for (size_t w = 0; w < WORDS; w++) {
        out[w] = 0;
        for (size_t l = 0; l < LANES; l++) out[w] ^= places[l * WORDS + w];
    }
}

static void FIELD(inner)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    FIELD(Unreduced) sum = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) FIELD(add_product)(&sum, load(x + i * WORDS), load(y + i * WORDS));
    FIELD(add_product)(&sum, FIELD(load_from)(x, i, n), FIELD(load_from)(y, i, n));
    FIELD(add_places)(out, FIELD(reduced)(sum));
}

static void FIELD(inner_bits)(uint64_t *out, const uint64_t *x, const uint64_t *bits, size_t n) {
    V sum = zero();
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        sum = both(sum, FIELD(chosen)(load(x + i * WORDS), bits[i / 64] >> (i % 64)));
    if (i < n) sum = both(sum, FIELD(chosen)(FIELD(load_from)(x, i, n), bits[i / 64] >> (i % 64)));
    FIELD(add_places)(out, sum);
}

/* The powers of s that `powers` and `evaluate` need: s^0 .. s^(LANES-1) in the places of a register, and in all places
 * of one s^(LANES j) for j = 0 .. GROUP. */
typedef struct {
    V places, steps[GROUP + 1];
} FIELD(Powers);

static inline FIELD(Powers) FIELD(powers_of)(const uint64_t *s) {
    FIELD(Powers) p;
    const uint64_t one[WORDS] = {1};
    uint64_t places[REGISTER];
    const V factor = FIELD(spread_element)(s);
    V power = p.steps[0] = FIELD(spread_element)(one);
    for (size_t l = 0; l < LANES; l++) {
        store_first(places + l * WORDS, WORDS, power);
        power = FIELD(product)(power, factor);
    }
    p.places = load(places);
    p.steps[1] = power;
    for (size_t j = 2; j <= GROUP; j++) p.steps[j] = FIELD(product)(p.steps[j - 1], power);
    return p;
}

static void FIELD(powers)(uint64_t *out, const uint64_t *s, size_t n) {
    const FIELD(Powers) p = FIELD(powers_of)(s);
    V next[GROUP];
    for (size_t j = 0; j < GROUP; j++) next[j] = FIELD(product)(p.places, p.steps[j]);
    size_t i = 0;
    for (; i + GROUP * LANES <= n; i += GROUP * LANES)
        for (size_t j = 0; j < GROUP; j++) {
            store(out + (i + j * LANES) * WORDS, next[j]);
            next[j] = FIELD(product)(next[j], p.steps[GROUP]);
        }
    for (size_t j = 0; j < GROUP; j++) FIELD(store_from)(out, i + j * LANES, n, next[j]);
}

/* Horner's rule from the last group down, every place for itself; a group is reduced once. */
static void FIELD(evaluate)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n) {
    const FIELD(Powers) p = FIELD(powers_of)(s);
    size_t i = n - n % (GROUP * LANES);
    FIELD(Unreduced) sum = {0};
    for (size_t j = 0; j < GROUP; j++) FIELD(add_product)(&sum, FIELD(load_from)(x, i + j * LANES, n), p.steps[j]);
    V value = FIELD(reduced)(sum);
    while (i) {
        i -= GROUP * LANES;
        sum = (FIELD(Unreduced)){0};
        for (size_t j = 1; j < GROUP; j++) FIELD(add_product)(&sum, load(x + (i + j * LANES) * WORDS), p.steps[j]);
        FIELD(add_product)(&sum, value, p.steps[GROUP]);
        value = both(FIELD(reduced)(sum), load(x + i * WORDS));
    }
    FIELD(add_places)(out, FIELD(product)(value, p.places));
}

#undef LANES
#undef GROUP
#undef WORDS
#undef FIELD
