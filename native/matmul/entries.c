#include "dispatch.h"
#include "matmul/exports.h"

/* The words of a stack of matrices, `step` words apart. */
static inline size_t stack_bytes(size_t batch, size_t step, size_t words) {
    return batch ? ((batch - 1) * step + words) * sizeof(uint64_t) : 0;
}

void parley_matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t x_step, size_t y_step,
                   size_t rows, size_t inner, size_t columns) {
    const size_t out_bytes = stack_bytes(batch, rows * columns, rows * columns);
    REQUIRES(apart(out, out_bytes, x, stack_bytes(batch, x_step, rows * inner)));
    REQUIRES(apart(out, out_bytes, y, stack_bytes(batch, y_step, inner * columns)));
    for (size_t i = 0; i < batch; i++)
        selected->matmul.matmul(out + i * rows * columns, x + i * x_step, y + i * y_step, rows, inner, columns);
}
