/* AMX: words as eight bytes each, 36 products of bytes for one of words; see docs/algorithms/amx.md. */

#include "kernels.h"

#if defined(__x86_64__)

#include "targets/amx.h"

#include "lengths.h"
#include "matmul/tiles.h"

enum { BYTES = 8, SIDE = 16, STEP = 64, DEPTH = 512, ROWS = 64, COLUMNS = 32, LEAST_SIDE = 32, LEAST_INNER = 64 };

typedef uint8_t Tile[SIDE][STEP];

/* A block of x or y by bytes: tiles for each byte of a word, each SIDE rows or columns and each STEP of depth. */
typedef struct {
    _Alignas(64) Tile x[BYTES][ROWS / SIDE][DEPTH / STEP];
    _Alignas(64) Tile y[BYTES][COLUMNS / SIDE][DEPTH / STEP];
} Block;

/* Sums of products of bytes whose places add up to `group`: for two by two tiles. */
typedef uint32_t Groups[BYTES][2][2][SIDE][SIDE];

/* v[i] lane j <-> v[j] lane i. */
static inline void transpose_words(V v[8]) {
    for (int half = 1; half < 8; half *= 2) {
        const V lane = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7), step = spread((uint64_t)half);
        const __mmask8 odd = _mm512_test_epi64_mask(lane, step);
        const V first_of = _mm512_mask_add_epi64(lane, odd, lane, spread(8 - (uint64_t)half));
        const V second_of = _mm512_add_epi64(first_of, step);
        for (int i = 0; i < 8; i++) {
            if (i & half) continue;
            const V a = v[i], b = v[i + half];
            v[i] = _mm512_permutex2var_epi64(a, first_of, b);
            v[i + half] = _mm512_permutex2var_epi64(a, second_of, b);
        }
    }
}

/* The bytes of 64 words: those at place k of all of them, in order, to v[k]. */
static inline void split_bytes(V v[8]) {
    uint8_t places[64];
    for (int i = 0; i < 64; i++) places[i] = (uint8_t)(8 * (i % 8) + i / 8);
    const V within = _mm512_loadu_si512(places);
    for (int i = 0; i < 8; i++) v[i] = _mm512_permutexvar_epi8(within, v[i]);
    transpose_words(v);
}

/* `count` words, `step` words apart; zeros up to 8 * vectors words. */
static inline void load_words(V *v, size_t vectors, const uint64_t *p, size_t step, size_t count) {
    uint64_t copies[STEP];
    if (step != 1) {
        for (size_t i = 0; i < count; i++) copies[i] = p[i * step];
        p = copies;
    }
    for (size_t i = 0; i < vectors; i++)
        v[i] = count > 8 * i ? load_first(p + 8 * i, at_most(count - 8 * i, 8)) : _mm512_setzero_si512();
}

static void fill_x(Block *block, Matrix x, size_t rows, size_t depth) {
    for (size_t i = 0; i < ROWS; i++)
        for (size_t l = 0; l < depth; l += STEP) {
            V v[8];
            load_words(v, 8, x.words + i * x.row + l * x.column, x.column, i < rows ? at_most(depth - l, STEP) : 0);
            split_bytes(v);
            for (size_t k = 0; k < BYTES; k++)
                _mm512_storeu_si512(block->x[k][i / SIDE][l / STEP][i % SIDE], v[k]);
        }
}

/* A row of a tile of y holds four rows of y, column by column. */
static void fill_y(Block *block, Matrix y, size_t depth, size_t columns) {
    uint8_t places[64];
    for (size_t i = 0; i < 64; i++) places[i] = (uint8_t)(16 * (i % 4) + i / 4);
    const V by_columns = _mm512_loadu_si512(places);
    for (size_t l = 0; l < (depth + STEP - 1) / STEP * STEP; l += 4)
        for (size_t j = 0; j < COLUMNS; j += SIDE) {
            V v[8];
            for (size_t r = 0; r < 4; r++) {
                const int inside = l + r < depth && j < columns;
                load_words(v + 2 * r, 2, y.words + (inside ? (l + r) * y.row + j * y.column : 0), y.column,
                           inside ? at_most(columns - j, SIDE) : 0);
            }
            split_bytes(v);
            for (size_t k = 0; k < BYTES; k++)
                _mm512_storeu_si512(block->y[k][j / SIDE][l / STEP][l % STEP / 4],
                                    _mm512_permutexvar_epi8(by_columns, v[k]));
        }
}

/* The products of two tiles of rows, from `row` on, with both tiles of columns. A group is mod 2^32: those of 4 and more
 * count no further, and the others stay below 4 * DEPTH * 255^2 < 2^32. */
static void multiply_bytes(Groups groups, const Block *block, size_t row, size_t steps) {
    TILE_SOURCES_WRITTEN();
    for (size_t group = 0; group < BYTES; group++) {
        TILE_ZERO(0);
        TILE_ZERO(1);
        TILE_ZERO(2);
        TILE_ZERO(3);
        for (size_t k = 0; k <= group; k++)
            for (size_t l = 0; l < steps; l++) {
                TILE_LOAD(4, block->x[k][row][l]);
                TILE_LOAD(5, block->x[k][row + 1][l]);
                TILE_LOAD(6, block->y[group - k][0][l]);
                TILE_LOAD(7, block->y[group - k][1][l]);
                TILE_DPBUUD(0, 4, 6);
                TILE_DPBUUD(1, 4, 7);
                TILE_DPBUUD(2, 5, 6);
                TILE_DPBUUD(3, 5, 7);
            }
        TILE_STORE(0, groups[group][0][0]);
        TILE_STORE(1, groups[group][0][1]);
        TILE_STORE(2, groups[group][1][0]);
        TILE_STORE(3, groups[group][1][1]);
    }
}

/* out (rows, columns) = or += the groups, each shifted to its place. */
static void add_groups(uint64_t *out, size_t out_step, Groups groups, size_t rows, size_t columns, int accumulate) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j += 8) {
            const size_t words = at_most(columns - j, 8);
            uint64_t *place = out + i * out_step + j;
            V sum = accumulate ? load_first(place, words) : _mm512_setzero_si512();
            for (int group = 0; group < BYTES; group++) {
                const uint32_t *sums = &groups[group][i / SIDE][j / SIDE][i % SIDE][j % SIDE];
                const V wide = _mm512_cvtepu32_epi64(_mm256_loadu_si256((const __m256i *)sums));
                sum = _mm512_add_epi64(sum, _mm512_sll_epi64(wide, _mm_cvtsi32_si128(8 * group)));
            }
            store_first(place, words, sum);
        }
}

static Matrix from(Matrix m, size_t row, size_t column) {
    return (Matrix){m.words + row * m.row + column * m.column, m.row, m.column};
}

static void multiply_blocks(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    Block block;
    _Alignas(64) Groups groups;
    for (size_t l = 0; l < inner; l += DEPTH) {
        const size_t depth = at_most(inner - l, DEPTH);
        for (size_t i = 0; i < rows; i += ROWS) {
            const size_t height = at_most(rows - i, ROWS);
            fill_x(&block, from(x, i, l), height, depth);
            for (size_t j = 0; j < columns; j += COLUMNS) {
                const size_t width = at_most(columns - j, COLUMNS);
                fill_y(&block, from(y, l, j), depth, width);
                for (size_t r = 0; r < height; r += 2 * SIDE) {
                    multiply_bytes(groups, &block, r / SIDE, (depth + STEP - 1) / STEP);
                    add_groups(out + (i + r) * columns + j, columns, groups, at_most(height - r, 2 * SIDE), width,
                               l > 0);
                }
            }
        }
    }
}

static void matmul(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    if (rows < LEAST_SIDE || columns < LEAST_SIDE || inner < LEAST_INNER) {
        matmul_avx512.matmul(out, x, y, rows, inner, columns);
        return;
    }
    tiles_begin();
    multiply_blocks(out, x, y, rows, inner, columns);
    tiles_end();
}

const MatmulKernels matmul_amx = {OWN(matmul)};

#include "targets/end.h"

#endif
