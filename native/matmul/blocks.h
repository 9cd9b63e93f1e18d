/* The ways to a matrix product; see docs/algorithms/matmul.md. To be included once by a file that defines
 *
 *   PANEL          columns of y that one tile covers
 *   TILE           rows of x that one tile covers
 *   tile           out (rows, columns) = or += x (rows, depth) * panel (depth, PANEL), 1 <= rows <= TILE,
 *                  1 <= columns <= PANEL; rows of out are out_step words apart
 *   add_four_rows  out (count, columns) = or += factors (count, 4) * the four rows (columns), 1 <= count <= FEW
 *   dot_products   out[k * few_step + i * many_step] = or += few[k] (n) * (many + i * many_row) (n) for k < count
 *                  and i < span, 1 <= count, span <= FEW
 */

#include <string.h>

#include "lengths.h"

enum { DEPTH = 256, ROW_BLOCK = 384, SEGMENT = 2048, FEW = 4, FEW_ROWS = 16, CHUNK = 1024, TINY = 32 };

static void tile(uint64_t *out, size_t out_step, Matrix x, const uint64_t *panel, size_t depth, size_t rows,
                 size_t columns, int accumulate);
static void add_four_rows(uint64_t *out, size_t out_step, size_t count, const uint64_t factors[FEW][4],
                          const uint64_t *const rows[4], size_t columns, int accumulate);
static void dot_products(uint64_t *out, size_t few_step, size_t many_step, size_t count,
                         const uint64_t *const few[FEW], const uint64_t *many, size_t many_row, size_t span, size_t n,
                         int accumulate);

static inline Matrix transposed(Matrix m) { return (Matrix){m.words, m.column, m.row}; }

static inline Matrix from(Matrix m, size_t row, size_t column) {
    return (Matrix){m.words + row * m.row + column * m.column, m.row, m.column};
}

/* A few rows of x: y is read four rows at a time, in order, x word by word. */
static __attribute__((noinline)) void few_rows(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    for (size_t j = 0; j < columns; j += SEGMENT) {
        const size_t width = at_most(columns - j, SEGMENT);
        for (size_t l = 0; l < inner; l += 4) {
            const uint64_t *lines[4];
            for (size_t k = 0; k < 4; k++) lines[k] = y.words + at_most(l + k, inner - 1) * y.row + j;
            for (size_t i0 = 0; i0 < rows; i0 += FEW) {
                const size_t count = at_most(rows - i0, FEW);
                uint64_t factors[FEW][4];
                for (size_t i = 0; i < count; i++)
                    for (size_t k = 0; k < 4; k++)
                        factors[i][k] = l + k < inner ? x.words[(i0 + i) * x.row + (l + k) * x.column] : 0;
                add_four_rows(out + i0 * columns + j, columns, count, factors, lines, width, l > 0);
            }
        }
    }
}

/* Products of each of `count` rows of `few` with each of the `rows` of `many`, whose column step is 1: of few's row k and
 * many's row i to out[k * few_step + i * many_step]. Several rows of `many` at once are several streams from memory. */
static __attribute__((noinline)) void few_vectors(uint64_t *out, Matrix few, size_t few_step, size_t count, Matrix many, size_t many_step,
                        size_t rows, size_t inner) {
    uint64_t copies[FEW][CHUNK];
    const size_t chunk = few.column == 1 ? inner : CHUNK;
    for (size_t l = 0; l < inner; l += chunk) {
        const size_t depth = at_most(inner - l, chunk);
        const uint64_t *vectors[FEW];
        for (size_t k = 0; k < count; k++) {
            vectors[k] = few.words + k * few.row + l;
            if (few.column == 1) continue;
            for (size_t m = 0; m < depth; m++) copies[k][m] = few.words[k * few.row + (l + m) * few.column];
            vectors[k] = copies[k];
        }
        for (size_t i = 0; i < rows; i += FEW)
            dot_products(out + i * many_step, few_step, many_step, count, vectors, many.words + i * many.row + l,
                         many.row, at_most(rows - i, FEW), depth, l > 0);
    }
}

/* Copies `width` columns of `depth` rows of y next to each other, padded with zeros to PANEL columns. */
static void fill_panel(uint64_t *panel, Matrix y, size_t depth, size_t width) {
    if (width == PANEL && y.column == 1) {
        for (size_t l = 0; l < depth; l++) memcpy(panel + l * PANEL, y.words + l * y.row, PANEL * sizeof *panel);
        return;
    }
    memset(panel, 0, depth * PANEL * sizeof *panel);
    for (size_t l0 = 0; l0 < depth; l0 += 8)
        for (size_t j = 0; j < width; j++)
            for (size_t l = l0; l < at_most(depth, l0 + 8); l++)
                panel[l * PANEL + j] = y.words[l * y.row + j * y.column];
}

static __attribute__((noinline)) void many_rows(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    _Alignas(64) uint64_t panel[DEPTH * PANEL];
    for (size_t l = 0; l < inner; l += DEPTH) {
        const size_t depth = at_most(inner - l, DEPTH);
        for (size_t i0 = 0; i0 < rows; i0 += ROW_BLOCK) {
            const size_t end = at_most(rows, i0 + ROW_BLOCK);
            for (size_t j = 0; j < columns; j += PANEL) {
                const size_t width = at_most(columns - j, PANEL);
                fill_panel(panel, from(y, l, j), depth, width);
                for (size_t i = i0; i < end; i += TILE)
                    tile(out + i * columns + j, columns, from(x, i, l), panel, depth, at_most(end - i, TILE), width,
                         l > 0);
            }
        }
    }
}

/* So few products that choosing a way would take longer. */
static void tiny(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            uint64_t sum = 0;
            for (size_t l = 0; l < inner; l++)
                sum += x.words[i * x.row + l * x.column] * y.words[l * y.row + j * y.column];
            *out++ = sum;
        }
}

/* Picks the way by shape and by which steps are 1. */
static void matmul(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    if (rows * columns <= TINY && inner <= TINY && rows * inner * columns <= TINY)
        return tiny(out, x, y, rows, inner, columns);
    if (!inner) {
        memset(out, 0, rows * columns * sizeof *out);
        return;
    }
    if (inner == 1) x.column = y.row = 1;
    if (rows == 1) x.row = 1;
    if (columns == 1) {
        const Matrix left = transposed(y);
        y = transposed(x);
        x = left;
        columns = rows;
        rows = 1;
    }
    if (columns == 1) y.column = 1;
    if (rows <= FEW && y.row == 1 && inner > columns)
        few_vectors(out, x, columns, rows, transposed(y), 1, columns, inner);
    else if (rows <= FEW_ROWS && y.column == 1)
        few_rows(out, x, y, rows, inner, columns);
    else if (rows <= FEW && y.row == 1)
        few_vectors(out, x, columns, rows, transposed(y), 1, columns, inner);
    else if (columns <= FEW && x.column == 1)
        few_vectors(out, transposed(y), 1, columns, x, columns, rows, inner);
    else
        many_rows(out, x, y, rows, inner, columns);
}
