/* Elementwise kernels of eight words a step: `value` is an expression of the input vectors X and Y. */
#define UNARY(name, value)                                          \
    static void name(uint64_t *out, const uint64_t *x, size_t n) {  \
        size_t i = 0;                                               \
        for (; i + 8 <= n; i += 8) {                                \
            const V X = load(x + i);                                \
            store(out + i, value);                                  \
        }                                                           \
        const V X = load_first(x + i, n - i);                       \
        store_first(out + i, n - i, value);                         \
    }

#define BINARY(name, value)                                                            \
    static void name(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {  \
        size_t i = 0;                                                                  \
        for (; i + 8 <= n; i += 8) {                                                   \
            const V X = load(x + i), Y = load(y + i);                                  \
            store(out + i, value);                                                     \
        }                                                                              \
        const V X = load_first(x + i, n - i), Y = load_first(y + i, n - i);            \
        store_first(out + i, n - i, value);                                            \
    }
