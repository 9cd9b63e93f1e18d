/* For blocks that targets/avx512.h or targets/avx512_ice.h opens: transposes 8 x 8 words, a row a register. */
static inline void transpose_8x8(V rows[8]) {
    V pairs[8], quads[8];
    for (int i = 0; i < 8; i += 2) {
        pairs[i] = _mm512_unpacklo_epi64(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 8; i++) {
        const int low = i / 4 * 4 + i % 2;
        quads[i] = _mm512_shuffle_i64x2(pairs[low], pairs[low + 2], i & 2 ? 0xdd : 0x88);
    }
    for (int i = 0; i < 8; i++)
        rows[i] = _mm512_shuffle_i64x2(quads[i % 4], quads[i % 4 + 4], i & 4 ? 0xdd : 0x88);
}
