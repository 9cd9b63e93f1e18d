/* Entries of the shapes in shapes.h, for elements of `words` words: each checks the contract and goes to `kernel` of the
 * selected table. */
#ifndef PARLEY_SHAPE_ENTRIES_H
#define PARLEY_SHAPE_ENTRIES_H

#include "dispatch.h"

#define ELEMENT_BYTES(words, n) ((words) * (n) * sizeof(uint64_t))

#define UNARY_ENTRY(entry, kernel, words)                                                                           \
    void entry(uint64_t *out, const uint64_t *x, size_t n) {                                                        \
        REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(words, n)));                                                   \
        selected->kernel(out, x, n);                                                                                \
    }

#define BINARY_ENTRY(entry, kernel, words)                                                                          \
    void entry(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {                                     \
        REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(words, n)));                                                   \
        REQUIRES(same_or_apart(out, y, ELEMENT_BYTES(words, n)));                                                   \
        selected->kernel(out, x, y, n);                                                                             \
    }

#define RECOMBINE_ENTRY(entry, kernel, words)                                                                       \
    void entry(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,           \
               const uint64_t *a, size_t n, int with_de) {                                                          \
        REQUIRES(same_or_apart(out, c, ELEMENT_BYTES(words, n)));                                                   \
        REQUIRES(same_or_apart(out, d, ELEMENT_BYTES(words, n)));                                                   \
        REQUIRES(same_or_apart(out, b, ELEMENT_BYTES(words, n)));                                                   \
        REQUIRES(same_or_apart(out, e, ELEMENT_BYTES(words, n)));                                                   \
        REQUIRES(same_or_apart(out, a, ELEMENT_BYTES(words, n)));                                                   \
        selected->kernel(out, c, d, b, e, a, n, with_de);                                                           \
    }

#define MASKED_PRODUCT_ENTRY(entry, kernel, words)                                                                  \
    void entry(uint64_t *out, const uint64_t *x0, const uint64_t *x1, const uint64_t *y0, const uint64_t *y1,       \
               const uint64_t *before, const uint64_t *after, size_t n) {                                           \
        REQUIRES(same_or_apart(out, x0, ELEMENT_BYTES(words, n)));                                                  \
        REQUIRES(same_or_apart(out, x1, ELEMENT_BYTES(words, n)));                                                  \
        REQUIRES(same_or_apart(out, y0, ELEMENT_BYTES(words, n)));                                                  \
        REQUIRES(same_or_apart(out, y1, ELEMENT_BYTES(words, n)));                                                  \
        REQUIRES(same_or_apart(out, before, ELEMENT_BYTES(words, n)));                                              \
        REQUIRES(same_or_apart(out, after, ELEMENT_BYTES(words, n)));                                               \
        selected->kernel(out, x0, x1, y0, y1, before, after, n);                                                    \
    }

#define SHIFT_LEFT_ENTRY(entry, kernel, words)                                                                      \
    void entry(uint64_t *out, const uint64_t *x, unsigned s, size_t n) {                                            \
        REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(words, n)));                                                   \
        REQUIRES(s < 64 * words);                                                                                   \
        selected->kernel(out, x, s, n);                                                                             \
    }

#define AFFINE_ENTRY(entry, kernel, words)                                                                          \
    void entry(uint64_t *out, const uint64_t *x, const uint64_t *factor, const uint64_t *plus, size_t n) {          \
        REQUIRES(same_or_apart(out, x, ELEMENT_BYTES(words, n)));                                                   \
        REQUIRES(apart(out, ELEMENT_BYTES(words, n), factor, ELEMENT_BYTES(words, 1)));                             \
        REQUIRES(apart(out, ELEMENT_BYTES(words, n), plus, ELEMENT_BYTES(words, 1)));                               \
        selected->kernel(out, x, factor, plus, n);                                                                  \
    }

#define SUM_ENTRY(entry, kernel, words)                                                                             \
    void entry(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner) {                        \
        REQUIRES(apart(out, ELEMENT_BYTES(words, outer * inner), x, ELEMENT_BYTES(words, outer * count * inner)));  \
        selected->kernel(out, x, outer, count, inner);                                                              \
    }

#endif
