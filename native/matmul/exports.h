/* `batch` products; x_step and y_step are the words from one matrix to the next, 0 where all products share one. */
void parley_matmul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t batch, size_t x_step, size_t y_step,
                   size_t rows, size_t inner, size_t columns);
