/* Four elements of Z_2^128 in the lanes of one AVX-512 register, lower words in the even ones. */

static inline V add_elements(V x, V y) {
    const V sum = _mm512_add_epi64(x, y);
    const __mmask8 carries = (__mmask8)(_mm512_cmplt_epu64_mask(sum, x) << 1 & 0xaa);
    return _mm512_mask_sub_epi64(sum, carries, sum, _mm512_set1_epi64(-1));
}

static inline V sub_elements(V x, V y) {
    const V difference = _mm512_sub_epi64(x, y);
    const __mmask8 borrows = (__mmask8)(_mm512_cmplt_epu64_mask(x, y) << 1 & 0xaa);
    return _mm512_mask_add_epi64(difference, borrows, difference, _mm512_set1_epi64(-1));
}
