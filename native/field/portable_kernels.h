/* The kernels of one kind of modulus, for portable.c, which includes this once a kind and defines
 *
 *   KIND(name)   the name of a function of this kind
 *   STEP         words an element
 *   Element, load_element, store_element, ADD, SUB
 *   MODULUS, PRODUCT(x, y)
 *   Sum          a sum of products; SUM_MUL_ADD(&sum, x, y) adds one, REDUCED(&sum) is its element
 */

static inline Element KIND(product)(Element x, Element y, const Field *f) { return PRODUCT(x, y); }

#define EACH(value) \
    for (size_t i = 0; i < STEP * n; i += STEP) STORE_ELEMENT(out + i, value)
#define AT(array) LOAD_ELEMENT(array + i)

static size_t KIND(count_wrong)(const uint64_t *x, size_t n, const Field *f) {
    size_t wrong = 0;
    for (size_t i = 0; i < STEP * n; i += STEP) wrong += AT(x) >= MODULUS;
    return wrong;
}

static void KIND(add)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f) {
    EACH(ADD(AT(x), AT(y)));
}

static void KIND(sub)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f) {
    EACH(SUB(AT(x), AT(y)));
}

static void KIND(neg)(uint64_t *out, const uint64_t *x, size_t n, const Field *f) { EACH(SUB((Element)0, AT(x))); }

static void KIND(mul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n, const Field *f) {
    EACH(KIND(product)(AT(x), AT(y), f));
}

static void KIND(scale)(uint64_t *out, const uint64_t *x, const uint64_t *s, size_t n, const Field *f) {
    const Element factor = LOAD_ELEMENT(s);
    EACH(KIND(product)(AT(x), factor, f));
}

static void KIND(mul_add)(uint64_t *out, const uint64_t *c, const uint64_t *x, const uint64_t *y, size_t n,
                          const Field *f) {
    EACH(ADD(AT(c), KIND(product)(AT(x), AT(y), f)));
}

static void KIND(recombine)(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                            const uint64_t *a, size_t n, int with_de, const Field *f) {
    const Element keep = with_de ? ~(Element)0 : 0;
    for (size_t i = 0; i < STEP * n; i += STEP) {
        Sum sum = {0};
        SUM_MUL_ADD(&sum, AT(d), ADD(AT(b), AT(e) & keep));
        SUM_MUL_ADD(&sum, AT(e), AT(a));
        STORE_ELEMENT(out + i, ADD(AT(c), REDUCED(&sum)));
    }
}

static void KIND(sum)(uint64_t *out, const uint64_t *x, size_t n, const Field *f) {
    Sum sum = {0};
    for (size_t i = 0; i < STEP * n; i += STEP) SUM_MUL_ADD(&sum, AT(x), 1);
    STORE_ELEMENT(out, REDUCED(&sum));
}

/* Four columns at a time, so that a row of x is read once for four products. */
static void KIND(matmul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns,
                         const Field *f) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j += 4) {
            const size_t width = at_most(columns - j, 4);
            Sum sums[4] = {{0}};
            for (size_t l = 0; l < inner; l++) {
                const Element factor = LOAD_ELEMENT(x + STEP * (i * inner + l));
                for (size_t v = 0; v < width; v++)
                    SUM_MUL_ADD(&sums[v], factor, LOAD_ELEMENT(y + STEP * (l * columns + j + v)));
            }
            for (size_t v = 0; v < width; v++) STORE_ELEMENT(out + STEP * (i * columns + j + v), REDUCED(&sums[v]));
        }
}

static void KIND(column_dots)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t columns,
                              const Field *f) {
    for (size_t j = 0; j < STEP * columns; j += STEP) {
        Sum sum = {0};
        for (size_t k = 0; k < rows; k++) {
            const size_t place = STEP * k * columns + j;
            SUM_MUL_ADD(&sum, LOAD_ELEMENT(x + place), LOAD_ELEMENT(y + place));
        }
        STORE_ELEMENT(out + j, REDUCED(&sum));
    }
}

/* Some rows at a time, each with its power. */
static void KIND(power_sums)(uint64_t *out, const uint64_t *x, size_t rows, size_t columns, size_t width,
                             const uint64_t *w, const uint64_t *r, const Field *f) {
    enum { ROWS = 32 };
    for (size_t first = 0; first < rows; first += ROWS) {
        const size_t count = at_most(rows - first, ROWS);
        Element power[ROWS];
        for (size_t k = 0; k < count; k++) power[k] = LOAD_ELEMENT(w + STEP * (first + k));
        for (size_t j = 0; j < width; j++) {
            uint64_t *places[2] = {out + STEP * j, out + STEP * (columns + j)};
            Sum sums[2] = {{0}};
            for (size_t k = 0; k < count; k++) {
                const size_t row = first + k;
                const Element element = LOAD_ELEMENT(x + STEP * (row * columns + j));
                power[k] = KIND(product)(power[k], LOAD_ELEMENT(r + STEP * row), f);
                SUM_MUL_ADD(&sums[0], power[k], element);
                SUM_MUL_ADD(&sums[1], LOAD_ELEMENT(w + STEP * row), element);
            }
            for (int i = 0; i < 2; i++)
                STORE_ELEMENT(places[i], ADD(LOAD_ELEMENT(places[i]), REDUCED(&sums[i])));
        }
    }
}

/* Decimation in frequency (Gentleman and Sande, 1966): blocks of `length` rows, halved until they are single rows. */
static void KIND(transform)(uint64_t *x, size_t rows, size_t width, const uint64_t *roots, const Field *f) {
    for (size_t length = rows; length > 1; length /= 2)
        for (size_t block = 0; block < rows; block += length)
            for (size_t j = 0; j < length / 2; j++) {
                const Element root = LOAD_ELEMENT(roots + STEP * (j * (rows / length)));
                uint64_t *upper = x + STEP * width * (block + j), *lower = upper + STEP * width * (length / 2);
                for (size_t i = 0; i < STEP * width; i += STEP) {
                    const Element u = AT(upper), v = AT(lower);
                    STORE_ELEMENT(upper + i, ADD(u, v));
                    STORE_ELEMENT(lower + i, KIND(product)(SUB(u, v), root, f));
                }
            }
}

const FieldKernels KIND(table) = {
    .count_wrong = KIND(count_wrong),
    .add = KIND(add),
    .sub = KIND(sub),
    .neg = KIND(neg),
    .mul = KIND(mul),
    .scale = KIND(scale),
    .mul_add = KIND(mul_add),
    .recombine = KIND(recombine),
    .sum = KIND(sum),
    .matmul = KIND(matmul),
    .transform = KIND(transform),
    .power_sums = KIND(power_sums),
    .column_dots = KIND(column_dots),
};

#undef AT
#undef EACH
