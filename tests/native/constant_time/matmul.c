#include "cases.h"

#include "matmul/exports.h"

static void product(uint64_t *out, uint64_t *s) { parley_matmul(out, s, s + 1000, 1, 0, 0, 9, 11, 17); }
static void stack(uint64_t *out, uint64_t *s) { parley_matmul(out, s, s + 1000, 3, 12, 0, 3, 4, 5); }
static void row(uint64_t *out, uint64_t *s) { parley_matmul(out, s, s + 1000, 1, 0, 0, 1, 13, 19); }
static void column(uint64_t *out, uint64_t *s) { parley_matmul(out, s, s + 1000, 1, 0, 0, 13, 19, 1); }

const Case cases[] = {{"product", product}, {"stack", stack}, {"row", row}, {"column", column}, {0}};
