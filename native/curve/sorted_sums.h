/* Sums of many products by public scalars: terms are sorted by the digits of their scalars (Pippenger, "On the evaluation
 * of powers and related problems", FOCS 1976, as Bernstein, Doumen, Lange, Oosterwijk, INDOCRYPT 2012, section 4, have it).
 * LANES digits of all scalars at once: lane l of group g has digit g LANES + l, and buckets of its own. Over
 * curve/side_by_side.h; the file that includes this also has
 *     fetch(buckets, places), put(buckets, places, point)    the points at words buckets[places[l]] and following
 */

enum { SORTED_FROM = 96, BIASED = CURVE_NUMBER + 1 };

/* What sorting goes by: digits of `width` bits, `windows` of them, and where they lie. */
typedef struct {
    unsigned width, windows;
    size_t terms;
    uint64_t *biased, *numbers, *buckets;
} Sorting;

/* The highest digit must take a carry. */
static Sorting sorting_of(size_t bits, size_t terms, uint64_t *workspace) {
    const unsigned width = curve_width(terms);
    uint64_t *const biased = workspace + CURVE_WINDOWS * CURVE_POINT, *const numbers = biased + BIASED * terms;
    return (Sorting){width, (unsigned)(bits + 1) / width + 1, terms, biased, numbers, numbers + CURVE_LIMBS * terms};
}

/* Each scalar plus half of a digit's range for every digit: digits less that half are signed. */
static void bias_scalars(const Sorting *sorting, const uint64_t *scalars) {
    uint64_t bias[BIASED + 1] = {0};
    for (unsigned i = 0; i < sorting->windows; i++) {
        const unsigned bit = i * sorting->width + sorting->width - 1;
        bias[bit / 64] |= (uint64_t)1 << bit % 64;
    }
    for (size_t j = 0; j < sorting->terms; j++) {
        unsigned __int128 sum = 0;
        for (int w = 0; w < BIASED; w++) {
            sum += (unsigned __int128)bias[w] + (w < CURVE_NUMBER ? scalars[CURVE_NUMBER * j + w] : 0);
            sorting->biased[BIASED * j + w] = (uint64_t)sum;
            sum >>= 64;
        }
    }
}

static int64_t signed_digit(const Sorting *sorting, const uint64_t *biased, unsigned window) {
    const unsigned bit = window * sorting->width, word = bit / 64, shift = bit % 64;
    if (window >= sorting->windows) return 0;
    const uint64_t next = shift && word + 1 < BIASED ? biased[word + 1] << (64 - shift) : 0;
    const uint64_t digit = (biased[word] >> shift | next) & (((uint64_t)1 << sorting->width) - 1);
    return (int64_t)digit - ((int64_t)1 << (sorting->width - 1));
}

/* All points as they are added, five digits a number. */
static void prepare_terms(const Sorting *sorting, const uint64_t *points) {
    for IN_LANES(sorting->terms) {
        const C c = cached(load_point(points + CURVE_POINT * i, CURVE_POINT, lanes));
        const F numbers[4] = {c.plus, c.minus, c.z2, c.t2d};
        for (int k = 0; k < CURVE_LIMBS; k++)
            store_word(sorting->numbers + CURVE_LIMBS * i + k, CURVE_LIMBS, lanes, numbers[k / 5].d[k % 5]);
    }
}

static inline C term_at(const Sorting *sorting, size_t j) {
    const uint64_t *const numbers = sorting->numbers + CURVE_LIMBS * j;
    return (C){f_constant(numbers), f_constant(numbers + 5), f_constant(numbers + 10), f_constant(numbers + 15)};
}

/* Where bucket b of a lane lies, in words; bucket 0 takes the terms that do not count. */
static inline size_t bucket_at(size_t b, size_t lane) { return (b * LANES + lane) * CURVE_BUCKET; }

static void every_lane(size_t places[LANES], size_t b) {
    for (size_t lane = 0; lane < LANES; lane++) places[lane] = bucket_at(b, lane);
}

/* The sum of the terms times their digits, of the digits in all lanes of a group. */
static P sum_of_group(const Sorting *sorting, unsigned group) {
    const size_t most = (size_t)1 << (sorting->width - 1);
    size_t places[LANES];
    for (size_t b = 0; b <= most; b++) {
        every_lane(places, b);
        put(sorting->buckets, places, p_neutral());
    }
    for (size_t j = 0; j < sorting->terms; j++) {
        uint64_t negative[LANES];
        for (size_t lane = 0; lane < LANES; lane++) {
            const int64_t digit = signed_digit(sorting, sorting->biased + BIASED * j, group * LANES + (unsigned)lane);
            negative[lane] = digit < 0 ? UINT64_MAX : 0;
            places[lane] = bucket_at((size_t)(digit < 0 ? -digit : digit), lane);
        }
        const C term = c_negate(load_word(negative, 1, LANES), term_at(sorting, j));
        put(sorting->buckets, places, p_add(fetch(sorting->buckets, places), term));
    }
    P running = p_neutral(), total = p_neutral();
    for (size_t b = most; b > 0; b--) {
        every_lane(places, b);
        running = p_add(running, cached(fetch(sorting->buckets, places)));
        total = p_add(total, cached(running));
    }
    return total;
}

static void sorted_sum(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits, size_t terms,
                       uint64_t *workspace) {
    const Sorting sorting = sorting_of(bits, terms, workspace);
    bias_scalars(&sorting, scalars);
    prepare_terms(&sorting, points);
    for (unsigned group = 0; group * LANES < sorting.windows; group++)
        store_point(workspace + group * LANES * CURVE_POINT, CURVE_POINT,
                    at_most(sorting.windows - group * LANES, LANES), sum_of_group(&sorting, group));
    P sum = p_neutral();
    for (unsigned window = sorting.windows; window--;)
        sum = p_add(p_doubled(sum, sorting.width), cached(load_point(workspace + window * CURVE_POINT, CURVE_POINT, 1)));
    store_point(out, CURVE_POINT, 1, sum);
}

static void sum_of_products_var(uint64_t *out, const uint64_t *points, const uint64_t *scalars, size_t bits,
                                size_t rows, size_t terms, uint64_t *workspace) {
    if (terms < SORTED_FROM) {
        sums_of_products(out, points, scalars, bits, rows, terms, workspace, selected_multiple_var);
        return;
    }
    for (size_t row = 0; row < rows; row++)
        sorted_sum(out + row * CURVE_POINT, points + row * terms * CURVE_POINT, scalars + row * terms * CURVE_NUMBER,
                   bits, terms, workspace);
}
