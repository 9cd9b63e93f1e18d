/* Sums of products down the columns, for lanes_kernels.h. What is multiplied is a Factor, of elements by factor_of or of
 * factors by FACTOR_MUL; products of two are added up in a Total by TOTAL_MUL_ADD, at most KIND(ROWS) of them, until
 * total_of. */

enum { KIND(ROWS) = 32 };

/* out (columns) += the sums of at most KIND(ROWS) rows. */
static void KIND(add_column_dots)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t columns,
                                  const Field *f) {
    const Constants k = constants_of(f);
    for (size_t j = 0; j < columns; j += LANES) {
        const size_t count = at_most(columns - j, LANES);
        uint64_t *place = out + j * STEP;
        Total total = no_total();
        for (size_t i = 0; i < rows; i++) {
            const size_t at = (i * columns + j) * STEP;
            TOTAL_MUL_ADD(&total, factor_of(load_some(x + at, count)), factor_of(load_some(y + at, count)), &k);
        }
        store_some(place, count, add(load_some(place, count), total_of(total, &k), &k));
    }
}

static void KIND(column_dots)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t columns,
                              const Field *f) {
    const size_t line = columns * STEP;
    if (columns) memset(out, 0, line * sizeof *out);
    for (size_t i = 0; i < rows; i += KIND(ROWS))
        KIND(add_column_dots)(out, x + i * line, y + i * line, at_most(rows - i, KIND(ROWS)), columns, f);
}

#include "field/lanes_power_sums.h"
