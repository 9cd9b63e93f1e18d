/* Transforms in natural order, made of the family's transforms of columns; see docs/algorithms/ntt.md. */

#include "field/field.h"

#include "field/exports.h"
#include "lengths.h"

/* A block of columns is as wide as two lines of the cache. */
enum { BLOCK_WORDS = 16 };

static size_t block_of(const Field *f) { return BLOCK_WORDS / step_of(f); }

size_t parley_field_ntt_block(const uint64_t *field) {
    const Field f = field_of(field);
    return block_of(&f);
}

/* After the bits of i in reverse, those of i + 1: the carry runs downward from the top bit. `height` is a power of two. */
static inline size_t next_reversed(size_t reversed, size_t height) {
    size_t bit = height / 2;
    for (; reversed & bit; bit /= 2) reversed ^= bit;
    return reversed | bit;
}

/* `words` words; a whole block's row, the usual case, without a call. */
static inline void copy_row(uint64_t *out, const uint64_t *in, size_t words) {
    if (words == BLOCK_WORDS)
        memcpy(out, in, BLOCK_WORDS * sizeof *out);
    else
        memcpy(out, in, words * sizeof *out);
}

/* `height` rows of `width` words each, between arrays whose rows are so many words apart. */
static void copy_rows(uint64_t *out, size_t out_step, const uint64_t *in, size_t in_step, size_t height, size_t width) {
    for (size_t r = 0; r < height; r++) copy_row(out + r * out_step, in + r * in_step, width);
}

/* The same, row r of `in` to the row of `out` whose number has the bits of r in reverse. */
static void copy_rows_reversed(uint64_t *out, size_t out_step, const uint64_t *in, size_t in_step, size_t height,
                               size_t width) {
    for (size_t r = 0, k = 0; r < height; r++, k = next_reversed(k, height))
        copy_row(out + k * out_step, in + r * in_step, width);
}

/* out (columns, rows) is the transpose of in (rows, columns); elements of `step` words, a constant where this is inlined.
 * A line of the cache is read whole before the next row's, which may have to take its place. */
static inline __attribute__((always_inline)) void transpose_of(const size_t step, uint64_t *out, const uint64_t *in,
                                                               size_t rows, size_t columns) {
    enum { LINE_WORDS = 8 };
    const size_t line = LINE_WORDS / step;
    for (size_t first = 0; first < columns; first += line) {
        const size_t end = at_most(columns, first + line);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = first; j < end; j++)
                memcpy(out + (j * rows + i) * step, in + (i * columns + j) * step, step * sizeof *out);
    }
}

static void transpose(uint64_t *out, const uint64_t *in, size_t rows, size_t columns, size_t step) {
    if (step == 1)
        transpose_of(1, out, in, rows, columns);
    else
        transpose_of(2, out, in, rows, columns);
}

/* The columns of x (rows, columns), transformed and multiplied by the twiddles, to `out`. */
static void transform_columns(uint64_t *out, const uint64_t *x, uint64_t *block, size_t rows, size_t columns,
                              const uint64_t *roots, const uint64_t *twiddles, const Field *f) {
    const FieldKernels *kernels = kernels_of(f);
    const size_t step = step_of(f), width = at_most(columns, block_of(f)), line = columns * step;
    for (size_t j = 0; j < columns; j += width) {
        copy_rows(block, width * step, x + j * step, line, rows, width * step);
        kernels->transform(block, rows, width, roots, f);
        kernels->mul(block, block, twiddles + j * rows * step, rows * width, f);
        copy_rows_reversed(out + j * step, line, block, width * step, rows, width * step);
    }
}

/* The rows of x (rows, columns), transformed, as columns of out (columns, rows). */
static void transform_rows(uint64_t *out, const uint64_t *x, uint64_t *block, size_t rows, size_t columns,
                           const uint64_t *roots, const Field *f) {
    const size_t step = step_of(f), width = at_most(rows, block_of(f));
    for (size_t i = 0; i < rows; i += width) {
        transpose(block, x + i * columns * step, width, columns, step);
        kernels_of(f)->transform(block, columns, width, roots, f);
        copy_rows_reversed(out + i * step, rows * step, block, width * step, columns, width * step);
    }
}

void parley_field_ntt(uint64_t *out, const uint64_t *x, uint64_t *work, size_t batch, size_t rows, size_t columns,
                      const uint64_t *row_roots, const uint64_t *column_roots, const uint64_t *twiddles,
                      const uint64_t *field) {
    TAKE_FIELD(f, field);
    const size_t words = rows * columns * step_of(&f);
    const size_t room = words + BLOCK_WORDS * (rows > columns ? rows : columns);
    REQUIRES(rows && columns && !(rows & (rows - 1)) && !(columns & (columns - 1)));
    REQUIRES(there(row_roots, bytes_of(rows, &f)) && there(column_roots, bytes_of(columns, &f)));
    REQUIRES(there(twiddles, words * sizeof *twiddles));
    REQUIRES(same_or_apart(out, x, batch * words * sizeof *x));
    REQUIRES(apart(work, room * sizeof *work, x, batch * words * sizeof *x));
    REQUIRES(apart(work, room * sizeof *work, out, batch * words * sizeof *out));
    for (size_t i = 0; i < batch; i++) {
        uint64_t *block = work + words;
        transform_columns(work, x + i * words, block, rows, columns, row_roots, twiddles, &f);
        transform_rows(out + i * words, work, block, rows, columns, column_roots, &f);
    }
}

void parley_field_ntt_short(uint64_t *out, const uint64_t *x, uint64_t *work, size_t batch, size_t n,
                            const uint64_t *roots, const uint64_t *field) {
    TAKE_FIELD(f, field);
    const FieldKernels *kernels = kernels_of(&f);
    const size_t step = step_of(&f), line = n * step, width = block_of(&f);
    REQUIRES(n && !(n & (n - 1)));
    REQUIRES(there(roots, bytes_of(n, &f)) && same_or_apart(out, x, bytes_of(batch * n, &f)));
    REQUIRES(apart(work, width * line * sizeof *work, x, bytes_of(batch * n, &f)));
    REQUIRES(apart(work, width * line * sizeof *work, out, bytes_of(batch * n, &f)));
    for (size_t i = 0; i < batch; i += width) {
        const size_t count = at_most(batch - i, width);
        transpose(work, x + i * line, count, n, step);
        kernels->transform(work, n, count, roots, &f);
        for (size_t r = 0, k = 0; r < n; r++, k = next_reversed(k, n))
            for (size_t c = 0; c < count; c++)
                memcpy(out + ((i + c) * n + k) * step, work + (r * count + c) * step, bytes_of(1, &f));
    }
}
