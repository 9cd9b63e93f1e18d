/* The product of matrices over Z_2^128, in blocks whose limbs are made once for many products; see
 * docs/algorithms/wide_ring.md. */

#include <string.h>

#include "wide/element.h"

enum { TILE = 8, PANEL = 8, DEPTH = 128, ROW_BLOCK = 32, THIN = 3 };

/* `width` columns of `depth` rows of y, padded with zeros to PANEL. */
static void fill_panel(Limbs panel[DEPTH], Matrix y, size_t depth, size_t width) {
    for (size_t l = 0; l < depth; l++) {
        const uint64_t *place = y.words + l * y.row;
        uint64_t copies[2 * PANEL];
        if (y.column != 2)
            for (size_t j = 0; j < width; j++) memcpy(copies + 2 * j, place + j * y.column, 2 * sizeof *place);
        panel[l] = limbs_of(load_eight(y.column == 2 ? place : copies, width));
    }
}

typedef uint64_t RowLimbs[TILE][3];

/* The limbs of `rows` rows of x, TILE rows a group, padded with zeros. */
static void fill_rows(RowLimbs limbs[ROW_BLOCK / TILE][DEPTH], Matrix x, size_t rows, size_t depth) {
    for (size_t i = 0; i < (rows + TILE - 1) / TILE * TILE; i++)
        for (size_t l = 0; l < depth; l++) {
            const Element e = i < rows ? element(x.words + i * x.row + l * x.column) : 0;
            uint64_t *place = limbs[i / TILE][l][i % TILE];
            place[0] = (uint64_t)e;
            place[1] = (uint64_t)(e >> 52);
            place[2] = (uint64_t)(e >> 104);
        }
}

/* out (rows, width) = or += x * panel; depth <= DEPTH keeps the sums below 3 * DEPTH * 2^52 < 2^61. `rows` is a constant
 * where this is inlined. */
static inline __attribute__((always_inline)) void tile_of(const size_t rows, uint64_t *out, size_t columns,
                                                          const RowLimbs *x, const Limbs *panel, size_t depth,
                                                          size_t width, int accumulate) {
    Sums sums[TILE];
    for (size_t i = 0; i < rows; i++) sums[i] = no_sums();
    for (size_t l = 0; l < depth; l++) {
        const Limbs y = panel[l];
        for (size_t i = 0; i < rows; i++) {
            const uint64_t *limb = x[l][i];
            sums[i] = add_product(sums[i], (Limbs){{spread(limb[0]), spread(limb[1]), spread(limb[2])}}, y);
        }
    }
    for (size_t i = 0; i < rows; i++) {
        uint64_t *place = out + 2 * i * columns;
        const Eight product = joined(sums[i]);
        store_eight(place, width, accumulate ? add_eight(load_eight(place, width), product) : product);
    }
}

#define TILE_CASE(rows)                                                              \
    case rows:                                                                       \
        tile_of(rows, out, columns, x, panel, depth, width, accumulate);             \
        break;

static void tile(uint64_t *out, size_t columns, const RowLimbs *x, const Limbs *panel, size_t depth, size_t rows,
                 size_t width, int accumulate) {
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
        TILE_CASE(6)
        TILE_CASE(7)
        TILE_CASE(8)
    }
}

static inline Matrix from(Matrix m, size_t row, size_t column) {
    return (Matrix){m.words + row * m.row + column * m.column, m.row, m.column};
}

static void matmul(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    RowLimbs limbs[ROW_BLOCK / TILE][DEPTH];
    Limbs panel[DEPTH];
    if (columns <= THIN || !inner) {
        wide_portable.matmul(out, x, y, rows, inner, columns);
        return;
    }
    for (size_t l = 0; l < inner; l += DEPTH) {
        const size_t depth = at_most(inner - l, DEPTH);
        for (size_t i0 = 0; i0 < rows; i0 += ROW_BLOCK) {
            const size_t count = at_most(rows - i0, ROW_BLOCK);
            fill_rows(limbs, from(x, i0, l), count, depth);
            for (size_t j = 0; j < columns; j += PANEL) {
                const size_t width = at_most(columns - j, PANEL);
                fill_panel(panel, from(y, l, j), depth, width);
                for (size_t i = 0; i < count; i += TILE)
                    tile(out + 2 * ((i0 + i) * columns + j), columns, limbs[i / TILE], panel, depth,
                         at_most(count - i, TILE), width, l > 0);
            }
        }
    }
}
