/* Parts of exponents in lanes, and what they choose. The file that includes this has defined Residues, with `size`, the
 * words of what its tables hold, and `lanes`. */

static Digit exponent_part(const Residues *f, const uint64_t *exponents, size_t step, size_t from, unsigned width) {
    const size_t word = from / 64, shift = from % 64;
    uint64_t low[LANES] = {0}, above[LANES] = {0};
    for (size_t lane = 0; lane < f->lanes; lane++) {
        low[lane] = exponents[lane * step + word] >> shift;
        if (shift + width > 64) above[lane] = exponents[lane * step + word + 1] << (64 - shift);
    }
    return _mm512_and_si512(_mm512_or_si512(load(low), load(above)), spread(((uint64_t)1 << width) - 1));
}

static void choose(const Residues *f, uint64_t *out, const uint64_t *table, size_t entries, Digit index) {
    enum { BLOCK = 8 };
    for (size_t i = 0; i < f->size / LANES; i += BLOCK) {
        V chosen[BLOCK] = {zero()};
        const size_t count = at_most(f->size / LANES - i, BLOCK);
        for (size_t e = 0; e < entries; e++) {
            const __mmask8 here = _mm512_cmpeq_epi64_mask(index, spread(e));
            const uint64_t *const entry = table + e * f->size + LANES * i;
            UNROLL for (size_t k = 0; k < BLOCK; k++)
                if (k < count) chosen[k] = _mm512_mask_loadu_epi64(chosen[k], here, entry + LANES * k);
        }
        UNROLL for (size_t k = 0; k < BLOCK; k++)
            if (k < count) put(out, i + k, chosen[k]);
    }
}
