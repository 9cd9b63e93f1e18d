/* The matrix product of one kind of modulus, on lanes_products.h. The including file defines KIND(name), the name of a
 * function of this kind, and VECTOR_REDUCE(hi, lo, k), which brings hi * 2^64 + lo below p for hi < p. */

static inline V KIND(reduced)(Sums sums, const Constants *k) {
    V words[3];
    sums_to_words(words, sums);
    return VECTOR_REDUCE(VECTOR_REDUCE(words[2], words[1], k), words[0], k);
}

/* out (rows, width) = or += x (rows, depth) * y (depth, width); `rows` and `vectors`, the registers a row, are constants
 * where this is inlined. */
static inline __attribute__((always_inline)) void KIND(tile_of)(const size_t rows, const size_t vectors, uint64_t *out,
                                                                size_t out_step, const uint64_t *x, size_t x_step,
                                                                const uint64_t *y, size_t y_step, size_t depth,
                                                                size_t width, int accumulate, const Field *f) {
    /* Apart from `sums`, so that they stay in registers. */
    V low[TILE][2], middle[TILE][2], high[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) low[i][v] = middle[i][v] = high[i][v] = _mm512_setzero_si512();
    for (size_t l = 0; l < depth; l++) {
        V factor[2], factor1[2];
        for (size_t v = 0; v < vectors; v++) {
            factor[v] = load_first(y + l * y_step + 8 * v, at_most(width - 8 * v, 8));
            factor1[v] = upper_part(factor[v]);
        }
        for (size_t i = 0; i < rows; i++) {
            const V word = spread(x[i * x_step + l]), word1 = upper_part(word);
            for (size_t v = 0; v < vectors; v++)
                sums_mul_add(&low[i][v], &middle[i][v], &high[i][v], word, word1, factor[v], factor1[v]);
        }
    }
    Sums sums[TILE][2];
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) sums[i][v] = (Sums){low[i][v], middle[i][v], high[i][v]};
    const Constants k = constants_of(f);
    for (size_t i = 0; i < rows; i++)
        for (size_t v = 0; v < vectors; v++) {
            uint64_t *place = out + i * out_step + 8 * v;
            const size_t words = at_most(width - 8 * v, 8);
            const V result = KIND(reduced)(sums[i][v], &k);
            store_first(place, words, accumulate ? add(load_first(place, words), result, &k) : result);
        }
}

#define TILE_CASE(rows)                                                                                      \
    case rows:                                                                                               \
        if (width > 8)                                                                                       \
            KIND(tile_of)(rows, 2, out, out_step, x, x_step, y, y_step, depth, width, accumulate, f);        \
        else                                                                                                 \
            KIND(tile_of)(rows, 1, out, out_step, x, x_step, y, y_step, depth, width, accumulate, f);        \
        break;

static void KIND(tile)(size_t rows, uint64_t *out, size_t out_step, const uint64_t *x, size_t x_step, const uint64_t *y,
                       size_t y_step, size_t depth, size_t width, int accumulate, const Field *f) {
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
    }
}

#undef TILE_CASE

/* out (rows) = x (rows, inner) * y (inner). */
static void KIND(column_product)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner,
                                 const Field *f) {
    const Constants k = constants_of(f);
    for (size_t i = 0; i < rows; i++) {
        V total = _mm512_setzero_si512();
        uint64_t lanes[8];
        for (size_t l = 0; l < inner; l += 16 * DEPTH) {
            const Sums sums = dot_sums(x + i * inner + l, y + l, at_most(inner - l, 16 * DEPTH));
            total = add(total, KIND(reduced)(sums, &k), &k);
        }
        store(lanes, total);
        out[i] = 0;
        for (int lane = 0; lane < 8; lane++) out[i] = add_words(out[i], lanes[lane], f);
    }
}

static void KIND(matmul)(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t rows, size_t inner, size_t columns,
                         const Field *f) {
    _Alignas(64) uint64_t panel[DEPTH * PANEL];
    if (columns == 1) return KIND(column_product)(out, x, y, rows, inner, f);
    if (!inner) memset(out, 0, rows * columns * sizeof *out);
    for (size_t l = 0; l < inner; l += DEPTH) {
        const size_t depth = at_most(inner - l, DEPTH);
        for (size_t j = 0; j < columns; j += PANEL) {
            const size_t width = at_most(columns - j, PANEL), panel_step = rows > MANY_ROWS ? PANEL : columns;
            const uint64_t *block = y + l * columns + j;
            if (rows > MANY_ROWS) {
                fill_panel(panel, block, columns, depth, width);
                block = panel;
            }
            for (size_t i = 0; i < rows; i += TILE)
                KIND(tile)(at_most(rows - i, TILE), out + i * columns + j, columns, x + i * inner + l, inner, block,
                           panel_step, depth, width, l > 0, f);
        }
    }
}
