/* The blocking of the matrix product; see docs/algorithms/matmul.md. To be included once by a file that defines
 *
 *   PANEL          columns of y that one tile covers
 *   TILE           rows of x that one tile covers
 *   tile           out (rows, columns) = or += x (rows, depth) * panel (depth, PANEL), 1 <= rows <= TILE,
 *                  1 <= columns <= PANEL; rows of out and x are out_step and x_step words apart
 *   row_product    out (columns) = x (inner) * y (inner, columns)
 *   column_product out (rows) = x (rows, inner) * y (inner)
 */

#include <string.h>

#include "lengths.h"

enum { DEPTH = 256, ROW_BLOCK = 384 };

static void tile(uint64_t *out, size_t out_step, const uint64_t *x, size_t x_step, const uint64_t *panel, size_t depth,
                 size_t rows, size_t columns, int accumulate);
static void row_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t inner, size_t columns);
static void column_product(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner);

/* Copies `width` columns of `depth` rows of y next to each other, padded with zeros to PANEL columns. */
static void fill_panel(uint64_t *panel, const uint64_t *y, size_t y_step, size_t depth, size_t width) {
    if (width == PANEL) {
        for (size_t l = 0; l < depth; l++) memcpy(panel + l * PANEL, y + l * y_step, PANEL * sizeof *panel);
        return;
    }
    memset(panel, 0, depth * PANEL * sizeof *panel);
    for (size_t l = 0; l < depth; l++) memcpy(panel + l * PANEL, y + l * y_step, width * sizeof *panel);
}

static void matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns) {
    _Alignas(64) uint64_t panel[DEPTH * PANEL];
    if (!inner) memset(out, 0, rows * columns * sizeof *out);
    if (rows == 1) return row_product(out, x, y, inner, columns);
    if (columns == 1) return column_product(out, x, y, rows, inner);
    for (size_t l = 0; l < inner; l += DEPTH) {
        const size_t depth = at_most(inner - l, DEPTH);
        for (size_t i0 = 0; i0 < rows; i0 += ROW_BLOCK) {
            const size_t end = at_most(rows, i0 + ROW_BLOCK);
            for (size_t j = 0; j < columns; j += PANEL) {
                const size_t width = at_most(columns - j, PANEL);
                fill_panel(panel, y + l * columns + j, columns, depth, width);
                for (size_t i = i0; i < end; i += TILE)
                    tile(out + i * columns + j, columns, x + i * inner + l, inner, panel, depth,
                         at_most(end - i, TILE), width, l > 0);
            }
        }
    }
}
