/* Elementwise kernels of four words a step: `value` of the vectors X and Y, then `word` of single words x[i] and y[i].
 *
 * Outputs that no cache holds go past the caches, where they would push out the inputs and each line would be read
 * before it is overwritten; but not in place, where the lines are there already. */
#ifndef PARLEY_AVX2_ELEMENTWISE_H
#define PARLEY_AVX2_ELEMENTWISE_H

enum { STREAMING_FROM = 1 << 21 };

#endif

/* out[i] = value for i below n, `word` for single words; both are expressions of i. Streaming starts at a line's
 * beginning and does some words twice, so `out` must not be an input then. */
#define ELEMENTWISE(out, n, apart, value, word)                                            \
    do {                                                                                   \
        size_t i = 0;                                                                      \
        if ((n) >= STREAMING_FROM && (apart)) {                                            \
            for (; i < words_to_line(out); i++) (out)[i] = word;                           \
            for (; i + 4 <= (n); i += 4) stream((out) + i, value);                         \
            _mm_sfence();                                                                  \
        }                                                                                  \
        for (; i + 4 <= (n); i += 4) store((out) + i, value);                              \
        for (; i < (n); i++) (out)[i] = word;                                              \
    } while (0)

#define UNARY(name, value, word)                                                                                 \
    static inline V name##_of(V X) { return value; }                                                             \
    static void name(uint64_t *out, const uint64_t *x, size_t n) {                                               \
        ELEMENTWISE(out, n, out != x, name##_of(load(x + i)), word);                                             \
    }

#define BINARY(name, value, word)                                                                                \
    static inline V name##_of(V X, V Y) { return value; }                                                        \
    static void name(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {                            \
        ELEMENTWISE(out, n, out != x && out != y, name##_of(load(x + i), load(y + i)), word);                    \
    }
