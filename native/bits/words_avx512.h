/* The transpose of 8 x 8 words in eight registers, for blocks that targets/avx512_words.h opens. */

/* v[i] word j <-> v[j] word i, in place. */
static inline __attribute__((always_inline)) void transpose_8x8(V v[8]) {
    V pairs[8], quads[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_epi64(v[i], v[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64(v[i], v[i + 1]);
    }
    for (int half = 0; half < 8; half += 4)
        for (int i = half; i < half + 2; i++) {
            quads[i] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0x88);
            quads[i + 2] = _mm512_shuffle_i64x2(pairs[i], pairs[i + 2], 0xdd);
        }
    for (int i = 0; i < 4; i++) {
        v[i] = _mm512_shuffle_i64x2(quads[i], quads[i + 4], 0x88);
        v[i + 4] = _mm512_shuffle_i64x2(quads[i], quads[i + 4], 0xdd);
    }
}
