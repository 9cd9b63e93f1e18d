/* The entries of products by weights, and products by a stream, made of the selected table's kernels: a piece of the
 * matrix stays in the caches until it has been multiplied. */

#include <string.h>

#include "dispatch.h"
#include "lengths.h"

#include "matmul/stacks.h"
#include "weights/exports.h"

enum { ROUNDS = 10, KEY_BYTES = 16, SCHEDULE_BYTES = 176 };

/* Words of the stream that are multiplied at once; how many of them lie in a line where few rows are multiplied, and where
 * many are, which are then taken together; the longest part of a line that is taken for dot products; words of sums. */
enum { PIECE = 8192, WIDE = 256, FEW_ROWS = 16, NARROW = 64, LONGEST = 1024, SUMS = 4096 };

static inline size_t bytes_of(size_t rows, size_t row, size_t columns, size_t element) {
    return rows && columns ? ((rows - 1) * row + columns) * element : 0;
}

#define REQUIRES_WEIGHTS(lines, length)                                                                           \
    const size_t out_bytes = bytes_of(rows, out_row, columns, sizeof *out);                                       \
    REQUIRES(out_row >= columns);                                                                                 \
    REQUIRES(apart(out, out_bytes, x, stack_bytes(1, 0, rows, x_row, inner, x_column, 1)));                       \
    REQUIRES(apart(out, out_bytes, w, bytes_of(lines, w_row, length, sizeof *w)))

void parley_weights_product(uint64_t *out, size_t out_row, const uint64_t *x, size_t x_row, size_t x_column,
                            const int16_t *w, size_t w_row, size_t rows, size_t inner, size_t columns) {
    REQUIRES_WEIGHTS(inner, columns);
    selected->weights.product(out, out_row, (Matrix){x, x_row, x_column}, w, w_row, rows, inner, columns);
}

void parley_weights_transposed(uint64_t *out, size_t out_row, const uint64_t *x, size_t x_row, size_t x_column,
                               const int16_t *w, size_t w_row, size_t rows, size_t inner, size_t columns) {
    REQUIRES_WEIGHTS(columns, inner);
    selected->weights.transposed(out, out_row, (Matrix){x, x_row, x_column}, w, w_row, rows, inner, columns);
}

/* A matrix that is a stream: its key's schedule, its first block, its first word after that, the words from a line to
 * the next. */
typedef struct {
    uint8_t keys[SCHEDULE_BYTES];
    uint64_t block;
    size_t first, step;
} Stream;

/* Whether the blocks of words first to first + length - 1 can be counted from there. */
static inline int counted(uint64_t block, size_t first, size_t length) {
    return !length || (length <= SIZE_MAX - first && (first + length - 1) / 2 <= UINT64_MAX - block);
}

/* The words from first + `at` on: where they begin in `buffer`, which has two more words than are asked for. */
static const uint64_t *words_of(uint64_t *buffer, const Stream *stream, size_t at, size_t length) {
    const size_t first = stream->first + at, skip = first % 2;
    selected->aes.ctr((uint8_t *)buffer, stream->keys, ROUNDS, 0, stream->block + first / 2, (skip + length + 1) / 2);
    return buffer + skip;
}

/* Lines `line` and following, `columns` words of each from `column` on: (lines, columns) words without gaps. */
static void expand(uint64_t *piece, const Stream *stream, size_t line, size_t column, size_t lines, size_t columns) {
    if (columns == stream->step) {
        const uint64_t *words = words_of(piece, stream, line * stream->step, lines * columns);
        if (words != piece) memmove(piece, words, lines * columns * sizeof *piece);
        return;
    }
    for (size_t i = 0; i < lines; i++) {
        uint64_t *to = piece + i * columns;
        const uint64_t *words = words_of(to, stream, (line + i) * stream->step + column, columns);
        if (words != to) memmove(to, words, columns * sizeof *to);
    }
}

/* out (rows, columns) = or += sums, which have no gaps. */
static void put(uint64_t *out, size_t out_row, const uint64_t *sums, size_t rows, size_t columns, int accumulate) {
    for (size_t i = 0; i < rows; i++) {
        uint64_t *row = out + i * out_row;
        if (accumulate)
            selected->ring.add(row, row, sums + i * columns, columns);
        else
            memcpy(row, sums + i * columns, columns * sizeof *row);
    }
}

/* out (rows, columns) = or += x times a piece of the matrix, (inner, columns); columns <= SUMS. */
static void by_piece(uint64_t *out, size_t out_row, Matrix x, Matrix piece, size_t rows, size_t inner, size_t columns,
                     int accumulate) {
    uint64_t sums[SUMS];
    const size_t together = SUMS / columns;
    for (size_t i = 0; i < rows; i += together) {
        const size_t here = at_most(rows - i, together);
        const Matrix block = {x.words + i * x.row, x.row, x.column};
        selected->matmul.matmul(sums, block, piece, here, inner, columns);
        put(out + i * out_row, out_row, sums, here, columns, accumulate);
    }
}

static void clear(uint64_t *out, size_t out_row, size_t rows, size_t columns) {
    for (size_t i = 0; columns && i < rows; i++) memset(out + i * out_row, 0, columns * sizeof *out);
}

static void by_stream(uint64_t *out, size_t out_row, Matrix x, const Stream *stream, size_t rows, size_t inner,
                      size_t columns) {
    uint64_t piece[PIECE + 2];
    const size_t width = at_most(columns, rows > FEW_ROWS ? NARROW : WIDE), lines = PIECE / width;
    for (size_t j = 0; j < columns; j += width)
        for (size_t l = 0; l < inner; l += lines) {
            const size_t here = at_most(columns - j, width), depth = at_most(inner - l, lines);
            const Matrix block = {x.words + l * x.column, x.row, x.column};
            expand(piece, stream, l, j, depth, here);
            by_piece(out + j, out_row, block, (Matrix){piece, here, 1}, rows, depth, here, l > 0);
        }
}

static void by_stream_transposed(uint64_t *out, size_t out_row, Matrix x, const Stream *stream, size_t rows,
                                 size_t inner, size_t columns) {
    uint64_t piece[PIECE + 2];
    const size_t depth = at_most(inner, LONGEST), lines = at_most(PIECE / depth, SUMS / FEW_ROWS);
    for (size_t j = 0; j < columns; j += lines)
        for (size_t l = 0; l < inner; l += depth) {
            const size_t here = at_most(columns - j, lines), length = at_most(inner - l, depth);
            const Matrix block = {x.words + l * x.column, x.row, x.column};
            expand(piece, stream, j, l, here, length);
            by_piece(out + j, out_row, block, (Matrix){piece, 1, length}, rows, length, here, l > 0);
        }
}

static void begin(Stream *stream, const uint8_t *key, uint64_t block, size_t first, size_t step) {
    selected->aes.expand_key_128(stream->keys, key);
    stream->block = block;
    stream->first = first;
    stream->step = step;
}

#define STREAM_ENTRY(entry, way, lines, length)                                                                       \
    void entry(uint64_t *out, size_t out_row, const uint64_t *x, size_t x_row, size_t x_column,                       \
               const uint8_t key[KEY_BYTES], uint64_t block, size_t first, size_t step, size_t rows, size_t inner,    \
               size_t columns) {                                                                                      \
        const size_t out_bytes = bytes_of(rows, out_row, columns, sizeof *out);                                       \
        REQUIRES(out_row >= columns && step >= (length));                                                             \
        REQUIRES(apart(out, out_bytes, x, stack_bytes(1, 0, rows, x_row, inner, x_column, 1)));                       \
        REQUIRES(apart(out, out_bytes, key, KEY_BYTES));                                                              \
        REQUIRES(counted(block, first, bytes_of(lines, step, length, 1)));                                            \
        if (!inner || !columns) return clear(out, out_row, rows, columns);                                            \
        Stream stream;                                                                                                \
        begin(&stream, key, block, first, step);                                                                      \
        way(out, out_row, (Matrix){x, x_row, x_column}, &stream, rows, inner, columns);                               \
    }

STREAM_ENTRY(parley_weights_by_stream, by_stream, inner, columns)
STREAM_ENTRY(parley_weights_by_stream_transposed, by_stream_transposed, columns, inner)

void parley_weights_masked(uint64_t *out, const int16_t *w, const uint8_t key[KEY_BYTES], uint64_t block, size_t first,
                           size_t n) {
    uint64_t words[SUMS + 2];
    Stream stream;
    REQUIRES(apart(out, n * sizeof *out, w, n * sizeof *w) && apart(out, n * sizeof *out, key, KEY_BYTES));
    REQUIRES(counted(block, first, n));
    begin(&stream, key, block, first, 1);
    for (size_t i = 0; i < n; i += SUMS) {
        const size_t here = at_most(n - i, SUMS);
        selected->weights.difference(out + i, w + i, words_of(words, &stream, i, here), here);
    }
}
