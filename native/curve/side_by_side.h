/* The kernels of the family but those for public scalars, LANES points at a time. Over curve/encodings.h and
 * curve/scalars.h; the file that includes this also has
 *     load_word(p, stride, lanes)        lane l is p[l * stride], zero from lane `lanes` on
 *     store_word(p, stride, lanes, w)    and back, no more than `lanes`
 */

static inline P load_point(const uint64_t *p, size_t stride, size_t lanes) {
    W w[CURVE_POINT];
    for (int i = 0; i < CURVE_POINT; i++) w[i] = load_word(p + i, stride, lanes);
    return (P){f_load(w), f_load(w + 4), f_load(w + 8), f_load(w + 12)};
}

static inline void store_point(uint64_t *p, size_t stride, size_t lanes, P a) {
    W w[CURVE_POINT];
    f_words(w, a.x);
    f_words(w + 4, a.y);
    f_words(w + 8, a.z);
    f_words(w + 12, a.t);
    for (int i = 0; i < CURVE_POINT; i++) store_word(p + i, stride, lanes, w[i]);
}

static inline void load_number(W w[CURVE_NUMBER], const uint64_t *p, size_t stride, size_t lanes) {
    for (int i = 0; i < CURVE_NUMBER; i++) w[i] = load_word(p + i, stride, lanes);
}

static inline Digits load_digits(const uint64_t *scalars, size_t stride, size_t lanes) {
    W w[CURVE_NUMBER];
    load_number(w, scalars, stride, lanes);
    return digits_of(w);
}

#define IN_LANES(n) (size_t i = 0, lanes = at_most(n, LANES); i < (n); i += LANES, lanes = at_most((n) - i, LANES))

static void decode(uint64_t *out, uint64_t *valid, const uint64_t *encodings, size_t n) {
    for IN_LANES(n) {
        W words[CURVE_NUMBER];
        P point;
        load_number(words, encodings + CURVE_NUMBER * i, CURVE_NUMBER, lanes);
        store_word(valid + i, 1, lanes, decoded(&point, words) & constant(1));
        store_point(out + CURVE_POINT * i, CURVE_POINT, lanes, point);
    }
}

static void encode(uint64_t *out, const uint64_t *points, size_t n) {
    for IN_LANES(n) {
        W words[CURVE_NUMBER];
        encoded(words, load_point(points + CURVE_POINT * i, CURVE_POINT, lanes));
        for (int w = 0; w < CURVE_NUMBER; w++) store_word(out + CURVE_NUMBER * i + w, CURVE_NUMBER, lanes, words[w]);
    }
}

static void from_uniform(uint64_t *out, const uint64_t *uniform, size_t n) {
    for IN_LANES(n) {
        W low[CURVE_NUMBER], high[CURVE_NUMBER];
        load_number(low, uniform + 2 * CURVE_NUMBER * i, 2 * CURVE_NUMBER, lanes);
        load_number(high, uniform + 2 * CURVE_NUMBER * i + CURVE_NUMBER, 2 * CURVE_NUMBER, lanes);
        store_point(out + CURVE_POINT * i, CURVE_POINT, lanes, p_add(mapped(f_load(low)), cached(mapped(f_load(high)))));
    }
}

static void equal(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    for IN_LANES(n) {
        const P a = load_point(x + CURVE_POINT * i, CURVE_POINT, lanes);
        const P b = load_point(y + CURVE_POINT * i, CURVE_POINT, lanes);
        store_word(out + i, 1, lanes, equal_mask(a, b) & constant(1));
    }
}

static inline void sums(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, uint64_t negative) {
    for IN_LANES(n) {
        const P a = load_point(x + CURVE_POINT * i, CURVE_POINT, lanes);
        const C b = cached(load_point(y + CURVE_POINT * i, CURVE_POINT, lanes));
        store_point(out + CURVE_POINT * i, CURVE_POINT, lanes, p_add(a, negative ? c_negate(constant(negative), b) : b));
    }
}

static void add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { sums(out, x, y, n, 0); }

static void sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { sums(out, x, y, n, UINT64_MAX); }

static void mul(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits, size_t n) {
    const size_t windows = curve_windows(bits);
    for IN_LANES(n) {
        const Digits digits = load_digits(scalars + CURVE_NUMBER * i, CURVE_NUMBER, lanes);
        C multiples[CURVE_MULTIPLES];
        P sum = p_neutral();
        make_multiples(multiples, load_point(points + CURVE_POINT * i, CURVE_POINT, lanes));
        for (size_t window = windows; window--;) {
            if (window < windows - 1) sum = p_doubled(sum, 4);
            sum = p_add(sum, selected_multiple(multiples, digit_at(&digits, window)));
        }
        store_point(out + CURVE_POINT * i, CURVE_POINT, lanes, sum);
    }
}

/* A row of a table: the multiples of 16^i times the base, as cached points of four words a number. */
static void tables(uint64_t *out, const uint64_t *bases, size_t bits, size_t n) {
    const size_t words = curve_table(bits);
    for IN_LANES(n) {
        P base = load_point(bases + CURVE_POINT * i, CURVE_POINT, lanes);
        for (size_t row = 0; row < curve_windows(bits); row++) {
            C multiples[CURVE_MULTIPLES];
            make_multiples(multiples, base);
            for (size_t m = 0; m < CURVE_MULTIPLES; m++) {
                const P numbers = {multiples[m].plus, multiples[m].minus, multiples[m].z2, multiples[m].t2d};
                uint64_t *entry = out + words * i + (row * CURVE_MULTIPLES + m) * CURVE_POINT;
                store_point(entry, words, lanes, numbers);
            }
            base = p_doubled(base, 4);
        }
    }
}

/* The digit times what a row of a table is of; the row is the same in every lane. */
static inline C selected_from_row(const uint64_t *row, Digit digit) {
    W w[CURVE_POINT] = {constant(1), constant(0), constant(0), constant(0), constant(1), constant(0), constant(0),
                        constant(0), constant(2), constant(0), constant(0), constant(0), constant(0)};
    for (int m = 0; m < CURVE_MULTIPLES; m++) {
        const W mask = zero_mask(digit.magnitude ^ constant((uint64_t)m + 1));
        for (int i = 0; i < CURVE_POINT; i++) w[i] = choose_word(mask, constant(row[m * CURVE_POINT + i]), w[i]);
    }
    return c_negate(digit.negative, (C){f_load(w), f_load(w + 4), f_load(w + 8), f_load(w + 12)});
}

static void sum_of_bases(uint64_t *out, const uint64_t *base_tables, const uint64_t *scalars, size_t bits, size_t rows,
                         size_t bases) {
    for IN_LANES(rows) {
        P sum = p_neutral();
        for (size_t j = 0; j < bases; j++) {
            const Digits digits = load_digits(scalars + CURVE_NUMBER * (i * bases + j), CURVE_NUMBER * bases, lanes);
            const uint64_t *const table = base_tables + curve_table(bits) * j;
            for (size_t window = 0; window < curve_windows(bits); window++) {
                const uint64_t *row = table + window * CURVE_MULTIPLES * CURVE_POINT;
                sum = p_add(sum, selected_from_row(row, digit_at(&digits, window)));
            }
        }
        store_point(out + CURVE_POINT * i, CURVE_POINT, lanes, sum);
    }
}

/* Terms of sums: each lane has `steps` of them, `step` terms apart, and lanes begin `stride` terms apart. In step j
 * there are `left` - j `across` lanes, LANES at most. Scalars have so many windows. */
typedef struct {
    const uint64_t *points, *scalars;
    size_t windows, steps, step, stride, left, across;
} Terms;

typedef struct {
    C multiples[CURVE_MULTIPLES];
    Digits digits;
} Prepared;

static inline Prepared *aligned(uint64_t *workspace) {
    return (Prepared *)(((uintptr_t)workspace + sizeof(W) - 1) & ~(uintptr_t)(sizeof(W) - 1));
}

static void prepare(Prepared *into, Terms terms, size_t j) {
    const size_t lanes = at_most(terms.left - j * terms.across, LANES);
    const uint64_t *point = terms.points + j * terms.step * CURVE_POINT;
    const uint64_t *scalar = terms.scalars + j * terms.step * CURVE_NUMBER;
    make_multiples(into->multiples, load_point(point, terms.stride * CURVE_POINT, lanes));
    into->digits = load_digits(scalar, terms.stride * CURVE_NUMBER, lanes);
}

/* Straus, "Addition chains of vectors", 1964: the sums of all lanes share their doublings. By blocks, whose tables stay in
 * the cache. */
static P sum_in_lanes(Terms terms, uint64_t *workspace, C (*select)(const C[CURVE_MULTIPLES], Digit)) {
    Prepared *const block = aligned(workspace);
    P total = p_neutral();
    for (size_t begin = 0, length; begin < terms.steps; begin += length) {
        length = at_most(terms.steps - begin, CURVE_BLOCK / LANES);
        for (size_t j = 0; j < length; j++) prepare(block + j, terms, begin + j);
        P sum = p_neutral();
        for (size_t window = terms.windows; window--;) {
            if (window < terms.windows - 1) sum = p_doubled(sum, 4);
            for (size_t j = 0; j < length; j++)
                sum = p_add(sum, select(block[j].multiples, digit_at(&block[j].digits, window)));
        }
        total = begin ? p_add(total, cached(sum)) : sum;
    }
    return total;
}

/* The sum of what is in all lanes, in the first one. */
static P sum_of_all_lanes(P a) {
    for (size_t half = LANES / 2; half; half /= 2) {
        uint64_t points[LANES * CURVE_POINT];
        store_point(points, CURVE_POINT, 2 * half, a);
        a = p_add(a, cached(load_point(points + half * CURVE_POINT, CURVE_POINT, half)));
    }
    return a;
}

/* Rows go side by side while they fill enough lanes, or have too few terms; the terms of another row do. */
static void sums_of_products(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits, size_t rows,
                             size_t terms, uint64_t *workspace, C (*select)(const C[CURVE_MULTIPLES], Digit)) {
    for (size_t row = 0, lanes; row < rows; row += lanes) {
        const uint64_t *const p = points + row * terms * CURVE_POINT, *const s = scalars + row * terms * CURVE_NUMBER;
        const int side_by_side = LANES == 1 || rows - row > LANES / 2 || terms <= LANES / 2;
        lanes = side_by_side ? at_most(rows - row, LANES) : 1;
        const Terms along = {p, s, curve_windows(bits), terms, 1, terms, lanes, 0};
        const Terms across = {p, s, curve_windows(bits), (terms + LANES - 1) / LANES, LANES, 1, terms, LANES};
        P sum = sum_in_lanes(side_by_side ? along : across, workspace, select);
        if (!side_by_side) sum = sum_of_all_lanes(sum);
        store_point(out + row * CURVE_POINT, CURVE_POINT, lanes, sum);
    }
}

static void sum_of_products(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits, size_t rows,
                            size_t terms, uint64_t *workspace) {
    sums_of_products(out, points, scalars, bits, rows, terms, workspace, selected_multiple);
}
