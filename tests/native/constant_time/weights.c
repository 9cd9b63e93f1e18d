#include "cases.h"

#include "weights/exports.h"

#define WEIGHTS(s) ((const int16_t *)((s) + 2000))
#define KEY(s) ((const uint8_t *)((s) + 3000))

static void row(uint64_t *out, uint64_t *s) { parley_weights_product(out, 43, s, 13, 1, WEIGHTS(s), 43, 1, 13, 43); }
static void rows(uint64_t *out, uint64_t *s) { parley_weights_product(out, 21, s, 11, 1, WEIGHTS(s), 20, 18, 11, 20); }
static void dots(uint64_t *out, uint64_t *s) { parley_weights_transposed(out, 7, s, 37, 1, WEIGHTS(s), 37, 6, 37, 7); }
static void apart(uint64_t *out, uint64_t *s) { parley_weights_transposed(out, 5, s, 1, 3, WEIGHTS(s), 19, 3, 19, 5); }
static void by_stream(uint64_t *out, uint64_t *s) {
    parley_weights_by_stream(out, 17, s, 5, 1, KEY(s), 3, 1, 17, 2, 5, 17);
}
static void by_stream_transposed(uint64_t *out, uint64_t *s) {
    parley_weights_by_stream_transposed(out, 5, s, 17, 1, KEY(s), 3, 1, 17, 2, 17, 5);
}
static void masked(uint64_t *out, uint64_t *s) { parley_weights_masked(out, WEIGHTS(s), KEY(s), 3, 1, 133); }

const Case cases[] = {
    {"row", row}, {"rows", rows}, {"dots", dots}, {"apart", apart}, {"by_stream", by_stream},
    {"by_stream_transposed", by_stream_transposed}, {"masked", masked}, {0},
};
