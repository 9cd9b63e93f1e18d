/* Elementwise kernels of four words a step: `value` of the vectors X and Y, then `word` of single words x[i] and y[i]. */
#define UNARY(name, value, word)                                                       \
    static void name(uint64_t *out, const uint64_t *x, size_t n) {                     \
        size_t i = 0;                                                                  \
        for (; i + 4 <= n; i += 4) {                                                   \
            const V X = load(x + i);                                                   \
            store(out + i, value);                                                     \
        }                                                                              \
        for (; i < n; i++) out[i] = word;                                              \
    }

#define BINARY(name, value, word)                                                      \
    static void name(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {  \
        size_t i = 0;                                                                  \
        for (; i + 4 <= n; i += 4) {                                                   \
            const V X = load(x + i), Y = load(y + i);                                  \
            store(out + i, value);                                                     \
        }                                                                              \
        for (; i < n; i++) out[i] = word;                                              \
    }
