/* What Python calls on rows, made of the selected table's kernels on arrays. */

#include <string.h>

#include "dispatch.h"
#include "lengths.h"

static Binary *operation(int what) {
    const BitKernels *bits = &selected->bits;
    Binary *const operations[] = {[PARLEY_AND] = bits->bit_and,
                                    [PARLEY_XOR] = bits->bit_xor,
                                    [PARLEY_OR] = bits->bit_or,
                                    [PARLEY_AND_NOT] = bits->bit_and_not,
                                    [PARLEY_SAME] = bits->bit_same};
    return operations[what];
}

/* The words from the first to the last of rows that lie `group` and `row` apart. */
static inline size_t extent(size_t group, size_t row, size_t groups, size_t rows, size_t n) {
    return groups && rows ? (groups - 1) * group + (rows - 1) * row + n : 0;
}

/* Whether x is `out` in the same layout; the step to a second row or group does not count where there is none. */
static inline int same_rows(const uint64_t *out, const uint64_t *x, size_t group, size_t row, size_t groups, size_t rows,
                            size_t n) {
    return x == out && (rows < 2 || row == n) && (groups < 2 || group == rows * n);
}

void parley_bit_rows(int what, uint64_t *out, const uint64_t *x, size_t x_group, size_t x_row, const uint64_t *y,
                     size_t y_group, size_t y_row, size_t groups, size_t rows, size_t n) {
    const size_t bytes = groups * rows * n * sizeof *out;
    REQUIRES(PARLEY_AND <= what && what <= PARLEY_SAME);
    REQUIRES(same_rows(out, x, x_group, x_row, groups, rows, n) ||
             apart(out, bytes, x, extent(x_group, x_row, groups, rows, n) * sizeof *x));
    REQUIRES(same_rows(out, y, y_group, y_row, groups, rows, n) ||
             apart(out, bytes, y, extent(y_group, y_row, groups, rows, n) * sizeof *y));
    Binary *const run = operation(what);
    for (size_t g = 0; g < groups; g++)
        for (size_t r = 0; r < rows; r++, out += n) run(out, x + g * x_group + r * x_row, y + g * y_group + r * y_row, n);
}

void parley_bit_recombine_rows(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b,
                               const uint64_t *e, const uint64_t *a, size_t left, size_t right, size_t rows, size_t n,
                               int with_de) {
    const size_t bytes = rows * n * sizeof *out;
    REQUIRES(same_or_apart(out, c, bytes));
    REQUIRES(apart(out, bytes, d, extent(0, left, 1, rows, n) * sizeof *d));
    REQUIRES(apart(out, bytes, a, extent(0, left, 1, rows, n) * sizeof *a));
    REQUIRES(apart(out, bytes, b, extent(0, right, 1, rows, n) * sizeof *b));
    REQUIRES(apart(out, bytes, e, extent(0, right, 1, rows, n) * sizeof *e));
    for (size_t r = 0; r < rows; r++)
        selected->bits.bit_recombine(out + r * n, c + r * n, d + r * left, b + r * right, e + r * right, a + r * left,
                                     n, with_de);
}

/* Columns are taken a block at a time, so that a row is still in the first-level cache when the next one needs it. */
void parley_bit_prefix_rows(int what, uint64_t *out, const uint64_t *x, size_t rows, size_t n, int from_last) {
    enum { BLOCK = 512 };
    REQUIRES(PARLEY_AND <= what && what <= PARLEY_OR);
    REQUIRES(same_or_apart(out, x, rows * n * sizeof *out));
    Binary *const run = operation(what);
    for (size_t w = 0; rows && w < n; w += BLOCK) {
        const size_t words = at_most(n - w, BLOCK);
        const size_t first = from_last ? (rows - 1) * n + w : w;
        if (out != x) memcpy(out + first, x + first, words * sizeof *out);
        for (size_t i = 1; i < rows; i++) {
            const size_t at = (from_last ? rows - 1 - i : i) * n + w;
            run(out + at, out + (from_last ? at + n : at - n), x + at, words);
        }
    }
}
