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

/* i with its lowest `bits` bits in reverse. */
static size_t reversed(size_t i, int bits) {
    size_t result = 0;
    for (int b = 0; b < bits; b++) result |= (i >> b & 1) << (bits - 1 - b);
    return result;
}

/* `height` rows of `width` words each, between arrays whose rows are so many words apart. */
static void copy_rows(uint64_t *out, size_t out_step, const uint64_t *in, size_t in_step, size_t height, size_t width) {
    for (size_t r = 0; r < height; r++) memcpy(out + r * out_step, in + r * in_step, width * sizeof *out);
}

/* The same, row r of `in` to the row of `out` whose number has the bits of r in reverse. */
static void copy_rows_reversed(uint64_t *out, size_t out_step, const uint64_t *in, size_t in_step, size_t height,
                               size_t width) {
    const int bits = __builtin_ctzll(height);
    for (size_t r = 0; r < height; r++)
        memcpy(out + reversed(r, bits) * out_step, in + r * in_step, width * sizeof *out);
}

/* out (columns, rows) is the transpose of in (rows, columns); elements of `step` words. A line of the cache is read
 * whole before the next row's, which may have to take its place. */
static void transpose(uint64_t *out, const uint64_t *in, size_t rows, size_t columns, size_t step) {
    enum { LINE = 8 };
    for (size_t first = 0; first < columns; first += LINE) {
        const size_t end = at_most(columns, first + LINE);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = first; j < end; j++)
                for (size_t w = 0; w < step; w++) out[(j * rows + i) * step + w] = in[(i * columns + j) * step + w];
    }
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
    const Field f = field_of(field);
    const size_t words = rows * columns * step_of(&f);
    const size_t room = words + BLOCK_WORDS * (rows > columns ? rows : columns);
    REQUIRES(rows && columns && !(rows & (rows - 1)) && !(columns & (columns - 1)));
    REQUIRES(same_or_apart(out, x, batch * words * sizeof *x));
    REQUIRES(apart(work, room * sizeof *work, x, batch * words * sizeof *x));
    REQUIRES(apart(work, room * sizeof *work, out, batch * words * sizeof *out));
    (void)room;
    for (size_t i = 0; i < batch; i++) {
        uint64_t *block = work + words;
        transform_columns(work, x + i * words, block, rows, columns, row_roots, twiddles, &f);
        transform_rows(out + i * words, work, block, rows, columns, column_roots, &f);
    }
}

void parley_field_ntt_short(uint64_t *out, const uint64_t *x, uint64_t *work, size_t batch, size_t n,
                            const uint64_t *roots, const uint64_t *field) {
    const Field f = field_of(field);
    const FieldKernels *kernels = kernels_of(&f);
    const size_t step = step_of(&f), line = n * step, width = block_of(&f);
    const int bits = n ? __builtin_ctzll(n) : 0;
    REQUIRES(n && !(n & (n - 1)));
    REQUIRES(same_or_apart(out, x, bytes_of(batch * n, &f)));
    REQUIRES(apart(work, width * line * sizeof *work, x, bytes_of(batch * n, &f)));
    REQUIRES(apart(work, width * line * sizeof *work, out, bytes_of(batch * n, &f)));
    for (size_t i = 0; i < batch; i += width) {
        const size_t count = at_most(batch - i, width);
        transpose(work, x + i * line, count, n, step);
        kernels->transform(work, n, count, roots, &f);
        for (size_t r = 0; r < n; r++)
            for (size_t c = 0; c < count; c++)
                memcpy(out + ((i + c) * n + reversed(r, bits)) * step, work + (r * count + c) * step, bytes_of(1, &f));
    }
}
