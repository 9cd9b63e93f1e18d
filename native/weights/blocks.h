/* The ways of words to weights through memory; see docs/algorithms/weights.md. To be included once by a file that defines
 *
 *   LINES         rows of weights that are read together
 *   add_lines     out (rows, columns) = or += factors (rows, LINES) * the LINES lines of weights (columns); rows of out
 *                 are out_row words apart. Asks for what is `ahead` elements behind each weight.
 *   dot_products  out[k * out_row + i] = or += vectors[k] (n) * row i of weights (n), whose rows are w_row apart, for
 *                 k < count and i < span, 1 <= count, span <= FEW
 */

#include <string.h>

#include "lengths.h"

enum { LINE = 32, ROW_BLOCK = 16, SEGMENT = 2048, SHORTEST = 256, FEW = 4, CHUNK = 1024 };

static void add_lines(uint64_t *out, size_t out_row, const uint64_t factors[][LINES], size_t rows,
                      const int16_t *const lines[LINES], size_t columns, size_t ahead, int accumulate);
static void dot_products(uint64_t *out, size_t out_row, const uint64_t *const vectors[FEW], size_t count,
                         const int16_t *w, size_t w_row, size_t span, size_t n, int accumulate);

static void clear(uint64_t *out, size_t out_row, size_t rows, size_t columns) {
    for (size_t i = 0; columns && i < rows; i++) memset(out + i * out_row, 0, columns * sizeof *out);
}

/* At most ROW_BLOCK rows of x by a segment of w, which is read in order, LINES rows at a time. */
static void add_segment(uint64_t *out, size_t out_row, Matrix x, const int16_t *w, size_t w_row, size_t rows,
                        size_t inner, size_t columns) {
    for (size_t l = 0; l < inner; l += LINES) {
        uint64_t factors[ROW_BLOCK][LINES];
        const int16_t *lines[LINES];
        for (size_t k = 0; k < LINES; k++) lines[k] = w + at_most(l + k, inner - 1) * w_row;
        for (size_t i = 0; i < rows; i++)
            for (size_t k = 0; k < LINES; k++)
                factors[i][k] = l + k < inner ? x.words[i * x.row + (l + k) * x.column] : 0;
        add_lines(out, out_row, (const uint64_t(*)[LINES])factors, rows, lines, columns, 2 * LINES * w_row, l > 0);
    }
}

/* Asks for the line of the cache that is so many elements behind each of these columns, where one begins. */
static inline void ask(const int16_t *const lines[LINES], size_t j, size_t ahead) {
    for (size_t k = 0; j % LINE == 0 && k < LINES; k++) __builtin_prefetch(lines[k] + j + ahead, 0, 2);
}

/* What a segment adds to stays in the first-level cache, so that it is the shorter, the more rows there are. */
static void product(uint64_t *out, size_t out_row, Matrix x, const int16_t *w, size_t w_row, size_t rows, size_t inner,
                    size_t columns) {
    if (!inner) return clear(out, out_row, rows, columns);
    size_t segment = SEGMENT;
    while (segment > SHORTEST && segment * rows > SEGMENT) segment /= 2;
    for (size_t j = 0; j < columns; j += segment)
        for (size_t i = 0; i < rows; i += ROW_BLOCK) {
            const Matrix block = {x.words + i * x.row, x.row, x.column};
            add_segment(out + i * out_row + j, out_row, block, w + j, w_row, at_most(rows - i, ROW_BLOCK), inner,
                        at_most(columns - j, segment));
        }
}

/* At most FEW rows of x by the rows of w. */
static void few_vectors(uint64_t *out, size_t out_row, Matrix x, const int16_t *w, size_t w_row, size_t rows,
                        size_t inner, size_t columns) {
    uint64_t copies[FEW][CHUNK];
    const size_t chunk = x.column == 1 ? FEW * CHUNK / rows : CHUNK;
    for (size_t l = 0; l < inner; l += chunk) {
        const size_t depth = at_most(inner - l, chunk);
        const uint64_t *vectors[FEW];
        for (size_t k = 0; k < rows; k++) {
            vectors[k] = x.words + k * x.row + l;
            if (x.column == 1) continue;
            for (size_t m = 0; m < depth; m++) copies[k][m] = x.words[k * x.row + (l + m) * x.column];
            vectors[k] = copies[k];
        }
        for (size_t j = 0; j < columns; j += FEW)
            dot_products(out + j, out_row, vectors, rows, w + j * w_row + l, w_row, at_most(columns - j, FEW), depth,
                         l > 0);
    }
}

static void transposed(uint64_t *out, size_t out_row, Matrix x, const int16_t *w, size_t w_row, size_t rows,
                       size_t inner, size_t columns) {
    if (!inner) return clear(out, out_row, rows, columns);
    for (size_t i = 0; i < rows; i += FEW) {
        const Matrix block = {x.words + i * x.row, x.row, x.column};
        few_vectors(out + i * out_row, out_row, block, w, w_row, at_most(rows - i, FEW), inner, columns);
    }
}
