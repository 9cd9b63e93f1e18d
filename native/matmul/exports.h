#ifndef PARLEY_MATMUL_EXPORTS_H
#define PARLEY_MATMUL_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* `batch` products, out without gaps. An operand's steps are the words from one matrix, row and column to the next: 0 as
 * the first where all products share one matrix. */
void parley_matmul(uint64_t *out, const uint64_t *x, size_t x_step, size_t x_row, size_t x_column, const uint64_t *y,
                   size_t y_step, size_t y_row, size_t y_column, size_t batch, size_t rows, size_t inner,
                   size_t columns);

#endif
