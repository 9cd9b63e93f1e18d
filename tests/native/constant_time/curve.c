#include "cases.h"

#include "curve/exports.h"

/* COUNT points leave lanes empty; scalars are short, since every window is the same work. SPACE holds what parley_curve_workspace says. */
enum { POINT = 16, NUMBER = 4, COUNT = 3, BITS = 3, SPACE = 1 << 15, TABLE = ((BITS + 1) / 4 + 1) * 8 * POINT };

static uint64_t space[SPACE], table[TABLE];

/* Whatever words stand for coordinates, the kernels do the same. Encodings that are decoded come from peers. */
static uint64_t *make_scalars(uint64_t *s) {
    for (int i = 0; i < NUMBER * COUNT; i++) s[i] &= i % NUMBER ? 0 : (1 << BITS) - 1;
    return s;
}

static void encode(uint64_t *out, uint64_t *s) { parley_curve_encode(out, s, COUNT); }
static void from_uniform(uint64_t *out, uint64_t *s) { parley_curve_from_uniform(out, s, COUNT); }
static void equal(uint64_t *out, uint64_t *s) { parley_curve_equal(out, s, s + COUNT * POINT, COUNT); }
static void add(uint64_t *out, uint64_t *s) { parley_curve_add(out, s, s + COUNT * POINT, COUNT); }
static void sub(uint64_t *out, uint64_t *s) { parley_curve_sub(out, s, s + COUNT * POINT, COUNT); }
static void mul(uint64_t *out, uint64_t *s) { parley_curve_mul(out, s, make_scalars(s + COUNT * POINT), BITS, COUNT); }

static void tables(uint64_t *out, uint64_t *s) {
    (void)out;
    parley_curve_tables(table, s, BITS, 1);
}

static void sum_of_bases(uint64_t *out, uint64_t *s) {
    parley_curve_sum_of_bases(out, table, make_scalars(s), BITS, COUNT, 1);
}

static void sum_of_products(uint64_t *out, uint64_t *s) {
    parley_curve_sum_of_products(out, s, make_scalars(s + COUNT * POINT), BITS, 1, 2, space);
}

const Case cases[] = {
    {"encode", encode}, {"from_uniform", from_uniform}, {"equal", equal}, {"add", add}, {"sub", sub},
    {"mul", mul}, {"tables", tables}, {"sum_of_bases", sum_of_bases}, {"sum_of_products", sum_of_products}, {0},
};
