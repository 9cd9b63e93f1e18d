/* The sum of elements of one word; the including file defines KIND(name), and REDUCE of portable_words.h. */

static void KIND(sum)(uint64_t *out, const uint64_t *x, size_t n, const Field *f) {
    const V low_half = spread(0xffffffff);
    V low = _mm512_setzero_si512(), high = low;
    uint64_t lanes[2][8];
    Wide total = 0;
    for (size_t i = 0; i < n; i += 8) {
        const V words = load_first(x + i, at_most(n - i, 8));
        low = _mm512_add_epi64(low, _mm512_and_si512(words, low_half));
        high = _mm512_add_epi64(high, upper_half(words));
    }
    store(lanes[0], low);
    store(lanes[1], high);
    for (int lane = 0; lane < 8; lane++) total += lanes[0][lane] + ((Wide)lanes[1][lane] << 32);
    *out = REDUCE(REDUCE(0, (uint64_t)(total >> 64), f), (uint64_t)total, f);
}
