/* Polynomials of masked numbers, a register of numbers at a time. To be included once by a file that has opened a target
 * and defines
 *
 *   LANES                            numbers of a register V, 8 or fewer
 *   times, plus, minus, both, either elementwise products, sums, differences, and AND, XOR of V
 *   masks(bits)                      ones in the lanes whose bit is 1, lane 0 lowest, else zeros
 *
 * The last numbers, if they are fewer than a register has, are the portable kernel's. */

/* How far ahead numbers are asked for: each of their streams is too short a run for the processor's own fetching. */
enum { AHEAD = 64 };

#define DEGREES PARLEY_PIECES_DEGREE

static inline V times(V x, V y);
static inline V plus(V x, V y);
static inline V minus(V x, V y);
static inline V both(V x, V y);
static inline V either(V x, V y);
static inline V masks(uint64_t bits);

/* p(c - r) of shares of r^k, which are `count` words apart; `degree` is a constant where this is inlined. */
static inline __attribute__((always_inline)) V at_masked(V *p, V c, const uint64_t *powers, const size_t degree,
                                                         size_t count) {
    for (size_t k = 0; k < degree; k++)
        for (size_t j = degree; j-- > k;) p[j] = plus(p[j], times(c, p[j + 1]));
    V sum = times(p[0], load(powers));
    for (size_t k = 1; k <= degree; k++) {
        const V term = times(p[k], load(powers + k * count));
        sum = k % 2 ? minus(sum, term) : plus(sum, term);
    }
    return sum;
}

typedef struct {
    const uint64_t *first, *steps, *v, *powers, *products;
    size_t choices, count, words;
} Form;

/* LANES numbers from n on, of which c are masked. */
static inline __attribute__((always_inline)) V of_numbers(const Form *form, V c, size_t n, const size_t degree) {
    const size_t terms = degree + 1;
    V chosen[DEGREES + 1], sum = spread(0);
    for (size_t j = 0; j < terms; j++) chosen[j] = spread(form->first[j]);
    for (size_t i = 0; i < form->choices; i++) {
        const uint64_t *products = form->products + i * terms * form->count + n;
        const V mask = masks(form->v[i * form->words + n / 64] >> n % 64);
        V step[DEGREES + 1];
        for (size_t j = 0; j < terms; j++) {
            step[j] = spread(form->steps[i * terms + j]);
            chosen[j] = plus(chosen[j], both(step[j], mask));
            __builtin_prefetch(products + j * form->count + AHEAD);
        }
        const V secret = at_masked(step, c, products, degree, form->count);
        sum = plus(sum, minus(either(secret, mask), mask));
    }
    return plus(sum, at_masked(chosen, c, form->powers + n, degree, form->count));
}

static inline __attribute__((always_inline)) size_t of_range(uint64_t *out, const Form *form, const uint64_t *c,
                                                             const size_t degree, size_t begin, size_t end) {
    size_t n = begin;
    for (; n + LANES <= end; n += LANES) store(out + n, of_numbers(form, load(c + n), n, degree));
    return n;
}

static size_t of_row(uint64_t *out, const Form *form, const uint64_t *c, size_t degree, size_t begin, size_t end) {
    switch (degree) {
        case 1: return of_range(out, form, c, 1, begin, end);
        case 2: return of_range(out, form, c, 2, begin, end);
        case 3: return of_range(out, form, c, 3, begin, end);
        case 4: return of_range(out, form, c, 4, begin, end);
        default: return of_range(out, form, c, degree, begin, end);
    }
}

static void polynomials(uint64_t *out, const uint64_t *first, const uint64_t *steps, const uint64_t *c,
                        const uint64_t *v, const uint64_t *powers, const uint64_t *products, size_t rows,
                        size_t choices, size_t degree, size_t count, size_t begin, size_t end) {
    size_t done = begin;
    for (size_t row = 0; row < rows; row++) {
        const Form form = {first + row * (degree + 1), steps + row * choices * (degree + 1), v, powers, products,
                           choices, count, (count + 63) / 64};
        done = of_row(out + row * count, &form, c, degree, begin, end);
    }
    if (done < end)
        pieces_portable.polynomials(out, first, steps, c, v, powers, products, rows, choices, degree, count, done, end);
}
