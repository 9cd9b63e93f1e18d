/* What power sums multiply and add up where every product is reduced: elements. */

typedef Elements Factor;
typedef Elements Total;

static inline Factor factor_of(Elements x) { return x; }
static inline Total no_total(void) { return zeros(); }
static inline Elements total_of(Total total, const Constants *k) { return ((void)k, total); }

#define FACTOR_MUL(x, y, k) MUL(x, y, k)
#define TOTAL_MUL_ADD(total, x, y, k) (*(total) = add(*(total), MUL(x, y, k), k))
