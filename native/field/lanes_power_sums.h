/* Sums of rows under powers. */

/* Asks for the lines of LANES elements: rows lie so far apart that the processor does not. */
static inline void KIND(fetch)(const uint64_t *place) {
    for (size_t word = 0; word < LANES * STEP; word += 8) __builtin_prefetch(place + word);
}

/* w r, ..., w r^LANES to `powers`, and r^LANES to `step`. */
static inline void KIND(first_powers)(Factor *powers, Factor *step, const uint64_t *w, const uint64_t *r,
                                      const Field *f) {
    uint64_t lanes[LANES * STEP], top[STEP];
    memcpy(top, r, sizeof top);
    KIND(mul)(lanes, w, r, 1, f);
    for (size_t done = 1; done < LANES; done *= 2) {
        KIND(scale)(lanes + done * STEP, lanes, top, done, f);
        KIND(mul)(top, top, top, 1, f);
    }
    *powers = factor_of(load_elements(lanes));
    *step = factor_of(spread_element(top));
}

static void KIND(power_sums_of_rows)(uint64_t *out, const uint64_t *x, size_t rows, size_t columns, size_t width,
                                     const uint64_t *w, const uint64_t *r, const Field *f) {
    const Constants k = constants_of(f);
    Factor powers[KIND(ROWS)], steps[KIND(ROWS)], weights[KIND(ROWS)];
    for (size_t i = 0; i < rows; i++) {
        weights[i] = factor_of(spread_element(w + i * STEP));
        KIND(first_powers)(&powers[i], &steps[i], w + i * STEP, r + i * STEP, f);
    }
    for (size_t j = 0; j < width; j += LANES) {
        const size_t count = at_most(width - j, LANES);
        uint64_t *under_powers = out + j * STEP, *under_weights = out + (columns + j) * STEP;
        Total totals[2] = {no_total(), no_total()};
        for (size_t i = 0; i < rows; i++) {
            const uint64_t *place = x + (i * columns + j) * STEP;
            const Factor elements = factor_of(load_some(place, count));
            KIND(fetch)(place + 2 * LANES * STEP);
            TOTAL_MUL_ADD(&totals[0], elements, powers[i], &k);
            TOTAL_MUL_ADD(&totals[1], elements, weights[i], &k);
            powers[i] = FACTOR_MUL(powers[i], steps[i], &k);
        }
        store_some(under_powers, count, add(load_some(under_powers, count), total_of(totals[0], &k), &k));
        store_some(under_weights, count, add(load_some(under_weights, count), total_of(totals[1], &k), &k));
    }
}

static void KIND(power_sums)(uint64_t *out, const uint64_t *x, size_t rows, size_t columns, size_t width,
                             const uint64_t *w, const uint64_t *r, const Field *f) {
    for (size_t i = 0; i < rows; i += KIND(ROWS))
        KIND(power_sums_of_rows)(out, x + i * columns * STEP, at_most(rows - i, KIND(ROWS)), columns, width,
                                 w + i * STEP, r + i * STEP, f);
}
