/* Key streams of AES-256 added to an accumulator, or subtracted from it. To be included once by a file that includes
 * aes/streams.h. The accumulator is gone through in pieces that the first cache holds, each stream's part of a piece in
 * turn: it is read from memory and written back once, however many streams there are. */

enum { PIECE_BLOCKS = 1024, MASK_ROUNDS = 14 };

static ALWAYS_INLINE B sum_of(B x, B y, const int width) {
    return width == 1   ? add_bytes(x, y)
           : width == 2 ? add_pairs(x, y)
           : width == 4 ? add_half_words(x, y)
                        : add_words(x, y);
}

static ALWAYS_INLINE B difference_of(B x, B y, const int width) {
    return width == 1   ? sub_bytes_of(x, y)
           : width == 2 ? sub_pairs(x, y)
           : width == 4 ? sub_half_words(x, y)
                        : sub_words(x, y);
}

/* The next `blocks` counters, encrypted in `vectors` registers; all constants where this is inlined but `blocks`. */
static ALWAYS_INLINE void mask_step(uint8_t *sum, const int vectors, size_t blocks, B *next, const B *keys,
                                    const int negative, const int width) {
    const B step = spread_words(0, LANES);
    B state[8];
    for (int v = 0; v < vectors; v++) {
        state[v] = xor_blocks(swap_upper(*next), keys[0]);
        *next = add_words(*next, step);
    }
    for (int round = 1; round < MASK_ROUNDS; round++)
        for (int v = 0; v < vectors; v++) state[v] = aes_round(state[v], keys[round]);
    for (int v = 0; v < vectors; v++) {
        const size_t here = at_most(blocks - (size_t)(LANES * v), LANES);
        uint8_t *place = sum + 16 * LANES * v;
        const B mask = aes_last_round(state[v], keys[MASK_ROUNDS]), old = load_blocks(place, here);
        store_blocks(place, here, negative ? difference_of(old, mask, width) : sum_of(old, mask, width));
    }
}

/* One stream's part of a piece. */
static ALWAYS_INLINE void mask_piece(uint8_t *sum, const uint8_t *round_keys, uint64_t low, size_t blocks,
                                     const int negative, const int width) {
    B next = add_words(spread_words(0, low), upper_lane_numbers());
    B keys[MASK_ROUNDS + 1];
    for (int i = 0; i <= MASK_ROUNDS; i++) keys[i] = spread_block(round_keys + 16 * (size_t)i);
    for (; blocks >= 8 * LANES; blocks -= 8 * LANES, sum += 16 * 8 * LANES)
        mask_step(sum, 8, 8 * LANES, &next, keys, negative, width);
    for (; blocks >= LANES; blocks -= LANES, sum += 16 * LANES) mask_step(sum, 1, LANES, &next, keys, negative, width);
    if (blocks) mask_step(sum, 1, blocks, &next, keys, negative, width);
}

static ALWAYS_INLINE void mask_words(uint8_t *sum, const uint8_t *round_keys, const uint8_t *negative, size_t n,
                                     uint64_t first, size_t blocks, const int width) {
    for (size_t done = 0; done < blocks; done += PIECE_BLOCKS) {
        const size_t here = at_most(blocks - done, PIECE_BLOCKS);
        uint8_t *piece = sum + 16 * done;
        for (size_t i = 0; i < n; i++) {
            const uint8_t *keys = round_keys + 240 * i;
            if (negative[i])
                mask_piece(piece, keys, first + done, here, 1, width);
            else
                mask_piece(piece, keys, first + done, here, 0, width);
        }
    }
}

static void add_streams_256(uint8_t *sum, const uint8_t *round_keys, const uint8_t *negative, size_t n, uint64_t first,
                            size_t blocks, int width) {
    switch (width) {
        case 1: return mask_words(sum, round_keys, negative, n, first, blocks, 1);
        case 2: return mask_words(sum, round_keys, negative, n, first, blocks, 2);
        case 4: return mask_words(sum, round_keys, negative, n, first, blocks, 4);
        default: return mask_words(sum, round_keys, negative, n, first, blocks, 8);
    }
}
