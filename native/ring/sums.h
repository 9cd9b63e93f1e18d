/* Sums over the middle axis. To be included once by a file that defines LANES, add_words (of two vectors) and what the
 * targets define on vectors of LANES words. */

#include <string.h>

#include "lengths.h"

enum { STREAMS = 4, ROWS_AT_ONCE = 8, SEGMENT = 2048, LONG = 4096, PAGE = 512, BEYOND_CACHES = 1 << 21 };

static inline uint64_t sum_of_words(const uint64_t *x, size_t n) {
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += x[i];
    return sum;
}

/* The sum of one row. Memory serves several streams faster than one, so a long row is read as STREAMS parts side by
 * side; it is slow with short streams, so a short row is read in order. */
static uint64_t add_up_row(const uint64_t *x, size_t n) {
    const size_t part = n / STREAMS / LANES * LANES;
    const size_t step = n < LONG ? LANES : part, advance = n < LONG ? STREAMS * LANES : LANES;
    V sums[STREAMS];
    for (size_t k = 0; k < STREAMS; k++) sums[k] = spread(0);
    for (size_t i = 0; i < part; i += LANES, x += advance)
        for (size_t k = 0; k < STREAMS; k++) sums[k] = add_words(sums[k], load(x + k * step));
    const V sum = add_words(add_words(sums[0], sums[1]), add_words(sums[2], sums[3]));
    const uint64_t *rest = n < LONG ? x : x + (STREAMS - 1) * part;
    return sum_of_lanes(sum) + sum_of_words(rest, n - STREAMS * part);
}

static void sum_rows(uint64_t *out, const uint64_t *x, size_t rows, size_t columns) {
    if (columns < LANES)
        for (size_t i = 0; i < rows; i++) out[i] = sum_of_words(x + i * columns, columns);
    else
        for (size_t i = 0; i < rows; i++) out[i] = add_up_row(x + i * columns, columns);
}

/* out (columns) = or += the sum of `count` rows that are `step` words apart; a constant count where this is inlined. */
static inline __attribute__((always_inline)) void add_rows(uint64_t *out, const uint64_t *x, size_t step, size_t count,
                                                           size_t columns, int accumulate) {
    size_t i = 0;
    for (; i + LANES <= columns; i += LANES) {
        V sum = accumulate ? load(out + i) : spread(0);
        for (size_t k = 0; k < count; k++) sum = add_words(sum, load(x + k * step + i));
        store(out + i, sum);
    }
    for (; i < columns; i++) {
        uint64_t sum = accumulate ? out[i] : 0;
        for (size_t k = 0; k < count; k++) sum += x[k * step + i];
        out[i] = sum;
    }
}

/* Whether rows are read one by one: several streams of less than a page each are slow where no cache holds them. */
static int in_order(size_t rows, size_t columns) {
    return columns >= 4 * LANES && columns < PAGE && rows >= BEYOND_CACHES / columns;
}

static void sum_columns(uint64_t *out, const uint64_t *x, size_t rows, size_t columns) {
    const size_t alone = in_order(rows, columns) ? rows : rows % ROWS_AT_ONCE;
    for (size_t j = 0; j < columns; j += SEGMENT) {
        const size_t width = at_most(columns - j, SEGMENT);
        size_t k = 0;
        for (; k < alone; k++) add_rows(out + j, x + k * columns + j, columns, 1, width, k > 0);
        for (; k < rows; k += ROWS_AT_ONCE)
            add_rows(out + j, x + k * columns + j, columns, ROWS_AT_ONCE, width, k > 0);
    }
    if (!rows) memset(out, 0, columns * sizeof *out);
}

static void sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner) {
    if (inner == 1) return sum_rows(out, x, outer, count);
    for (size_t o = 0; o < outer; o++) sum_columns(out + o * inner, x + o * count * inner, count, inner);
}
