/* The entries of function secret sharing. */

#include "dispatch.h"

#include "function_sharing/leaf.h"

enum { LABEL_BYTES = 16, WORD_BYTES = 8 };

static int numbered(uint64_t first, size_t n) { return !n || n - 1 <= UINT64_MAX - first; }

/* The bytes of corrections of n keys, of which the last level's stand at the end. */
static size_t all_corrections(size_t step, size_t width, size_t n) {
    return n ? (levels_of(width) * step + n) * LABEL_BYTES : 0;
}

void parley_point_deal(uint64_t *corrections, size_t step, const uint64_t *points, const uint64_t *left_roots,
                       const uint64_t *right_roots, const uint64_t *start, uint64_t first, size_t width, size_t n) {
    const size_t bytes = all_corrections(step, width, n);
    REQUIRES(width <= WORD && n <= step && numbered(first, n));
    REQUIRES(apart(corrections, bytes, points, n * WORD_BYTES));
    REQUIRES(apart(corrections, bytes, left_roots, n * LABEL_BYTES));
    REQUIRES(apart(corrections, bytes, right_roots, n * LABEL_BYTES) && there(start, LABEL_BYTES));
    selected->function_sharing.point_deal(corrections, step, points, left_roots, right_roots, start, first, width, n);
}

void parley_point_read(uint64_t *at_most, uint64_t *same, const uint64_t *corrections, size_t step,
                       const uint64_t *roots, int party, const uint64_t *places, const uint64_t *start, uint64_t first,
                       size_t width, size_t n) {
    const size_t bytes = all_corrections(step, width, n), packed = (n + WORD - 1) / WORD * WORD_BYTES;
    REQUIRES(width <= WORD && n <= step && numbered(first, n) && (party == 0 || party == 1));
    REQUIRES(!at_most || apart(at_most, packed, places, n * WORD_BYTES));
    REQUIRES(!same || apart(same, packed, places, n * WORD_BYTES));
    REQUIRES(!at_most || !same || apart(at_most, packed, same, packed));
    REQUIRES(there(corrections, bytes) && there(roots, n * LABEL_BYTES) && there(places, n * WORD_BYTES));
    REQUIRES(there(start, LABEL_BYTES));
    selected->function_sharing.point_read(at_most, same, corrections, step, roots, party, places, start, first, width, n);
}
