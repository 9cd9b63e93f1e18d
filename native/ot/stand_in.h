/* Slow stand-ins. */
#include <string.h>

static void transpose(uint8_t *out, size_t out_step, const uint8_t *x, size_t x_step, size_t rows, size_t columns) {
    for (size_t c = 0; c < columns; c++) memset(out + c * out_step, 0, (rows + 7) / 8);
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++)
            out[c * out_step + r / 8] |= (uint8_t)((x[r * x_step + c / 8] >> (c % 8) & 1) << (r % 8));
}

static void inner_128(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) {
    uint64_t sum[2] = {0};
    for (size_t i = 0; i < n; i++) {
        uint64_t a[2] = {x[2 * i], x[2 * i + 1]};
        for (int b = 0; b < 128; b++) {
            const uint64_t take = 0 - (y[2 * i + b / 64] >> (b % 64) & 1);
            sum[0] ^= a[0] & take;
            sum[1] ^= a[1] & take;
            const uint64_t top = a[1] >> 63;
            a[1] = a[1] << 1 | a[0] >> 63;
            a[0] = a[0] << 1 ^ (0x87 & (0 - top));
        }
    }
    out[0] = sum[0];
    out[1] = sum[1];
}

static void half_tree_level(uint64_t *out, const uint64_t *seeds, const uint8_t round_keys[176], size_t n) {
    for (size_t i = 0; i < n; i++) {
        const uint64_t low = seeds[2 * i], high = seeds[2 * i + 1];
        const uint64_t sigma[2] = {high, high ^ low};
        uint64_t h[2];
        selected->aes.ctr((uint8_t *)h, round_keys, __builtin_bswap64(sigma[0]), __builtin_bswap64(sigma[1]), 1);
        out[4 * i] = h[0] ^ sigma[0];
        out[4 * i + 1] = h[1] ^ sigma[1];
        out[4 * i + 2] = low ^ out[4 * i];
        out[4 * i + 3] = high ^ out[4 * i + 1];
    }
}
