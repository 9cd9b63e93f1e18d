/* Stacks of matrices, for entries that check their contracts. */
#ifndef PARLEY_MATMUL_STACKS_H
#define PARLEY_MATMUL_STACKS_H

#include <stddef.h>
#include <stdint.h>

/* The bytes from the first to the last word of a stack of matrices whose elements are `words` words each. */
static inline size_t stack_bytes(size_t batch, size_t step, size_t rows, size_t row, size_t columns, size_t column,
                                 size_t words) {
    if (!batch || !rows || !columns) return 0;
    return ((batch - 1) * step + (rows - 1) * row + (columns - 1) * column + words) * sizeof(uint64_t);
}

#endif
