#include "cases.h"

#include "matmul/exports.h"

static void product(uint64_t *out, uint64_t *s) { parley_matmul(out, s, 0, 11, 1, s + 1000, 0, 17, 1, 1, 19, 11, 17); }
static void stack(uint64_t *out, uint64_t *s) { parley_matmul(out, s, 12, 4, 1, s + 1000, 20, 5, 1, 3, 3, 4, 5); }
static void row(uint64_t *out, uint64_t *s) { parley_matmul(out, s, 0, 13, 1, s + 1000, 0, 19, 1, 1, 1, 13, 19); }
static void column(uint64_t *out, uint64_t *s) { parley_matmul(out, s, 0, 19, 1, s + 1000, 0, 1, 1, 1, 13, 19, 1); }
static void transposed(uint64_t *out, uint64_t *s) { parley_matmul(out, s, 0, 1, 19, s + 1000, 0, 1, 11, 1, 19, 11, 17); }
static void tiny(uint64_t *out, uint64_t *s) { parley_matmul(out, s, 0, 3, 1, s + 1000, 0, 2, 1, 1, 2, 3, 2); }
static void few_columns(uint64_t *out, uint64_t *s) { parley_matmul(out, s, 0, 9, 1, s + 1000, 0, 2, 1, 1, 20, 9, 2); }

const Case cases[] = {
    {"product", product}, {"stack", stack}, {"row", row}, {"column", column},
    {"transposed", transposed}, {"tiny", tiny}, {"few_columns", few_columns}, {0},
};
