/* Elementwise kernels of eight words a step: `value` is an expression of the input vectors X and Y.
 *
 * Outputs that no cache holds go past the caches, where they would push out the inputs and each line would be read
 * before it is overwritten; but not in place, where the lines are there already. */
#ifndef PARLEY_AVX512_ELEMENTWISE_H
#define PARLEY_AVX512_ELEMENTWISE_H

enum { STREAMING_FROM = 1 << 21 };

#endif

/* out[i] = value for i below n, `last` where n - i words are left; both are expressions of i. Streaming starts at a
 * line's beginning and does some words twice, so `out` must not be an input then. */
#define ELEMENTWISE(out, n, apart, value, last)                                            \
    do {                                                                                   \
        size_t i = 0;                                                                      \
        if ((n) >= STREAMING_FROM && (apart)) {                                            \
            store(out, value);                                                             \
            for (i = words_to_line(out); i + 8 <= (n); i += 8) stream((out) + i, value);   \
            _mm_sfence();                                                                  \
        }                                                                                  \
        for (; i + 8 <= (n); i += 8) store((out) + i, value);                              \
        store_first((out) + i, (n) - i, last);                                             \
    } while (0)

#define UNARY(name, value)                                                                                       \
    static inline V name##_of(V X) { return value; }                                                             \
    static void name(uint64_t *out, const uint64_t *x, size_t n) {                                               \
        ELEMENTWISE(out, n, out != x, name##_of(load(x + i)), name##_of(load_first(x + i, n - i)));              \
    }

#define BINARY(name, value)                                                                                      \
    static inline V name##_of(V X, V Y) { return value; }                                                        \
    static void name(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {                            \
        ELEMENTWISE(out, n, out != x && out != y, name##_of(load(x + i), load(y + i)),                           \
                    name##_of(load_first(x + i, n - i), load_first(y + i, n - i)));                              \
    }
