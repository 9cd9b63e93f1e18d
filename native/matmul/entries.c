#include "dispatch.h"
#include "matmul/exports.h"
#include "matmul/stacks.h"

void parley_matmul(uint64_t *out, const uint64_t *x, size_t x_step, size_t x_row, size_t x_column, const uint64_t *y,
                   size_t y_step, size_t y_row, size_t y_column, size_t batch, size_t rows, size_t inner,
                   size_t columns) {
    const size_t out_bytes = batch * rows * columns * sizeof(uint64_t);
    REQUIRES(apart(out, out_bytes, x, stack_bytes(batch, x_step, rows, x_row, inner, x_column, 1)));
    REQUIRES(apart(out, out_bytes, y, stack_bytes(batch, y_step, inner, y_row, columns, y_column, 1)));
    for (size_t i = 0; i < batch; i++) {
        const Matrix a = {x + i * x_step, x_row, x_column}, b = {y + i * y_step, y_row, y_column};
        selected->matmul.matmul(out + i * rows * columns, a, b, rows, inner, columns);
    }
}
