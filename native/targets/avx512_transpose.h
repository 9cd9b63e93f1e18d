/* For blocks that targets/avx512.h or targets/avx512_ice.h opens: transposes 8 x 8 words, a row a register. */
static inline void transpose_8x8(V rows[8]) {
    V pairs[8], quads[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_epi64(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 4; i++) {
        const int at = i + (i & 2);
        quads[at] = _mm512_shuffle_i64x2(pairs[at], pairs[at + 2], 0x88);
        quads[at + 2] = _mm512_shuffle_i64x2(pairs[at], pairs[at + 2], 0xdd);
    }
    for (int i = 0; i < 4; i++) {
        rows[i] = _mm512_shuffle_i64x2(quads[i], quads[i + 4], 0x88);
        rows[i + 4] = _mm512_shuffle_i64x2(quads[i], quads[i + 4], 0xdd);
    }
}
