/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

#include "aes/cipher.h"

#include "products/words.h"

static void pads(uint64_t *out, const uint64_t *labels, const uint64_t offset[2], const uint8_t round_keys[176],
                 uint64_t first, size_t n, size_t column, size_t length) {
    for (size_t i = 0; i < n; i++) {
        uint64_t inner[2] = {labels[2 * i] ^ offset[0], labels[2 * i + 1] ^ offset[1]};
        encrypt(inner, round_keys, 10);
        for (size_t c = 0; c < length; c += 2) {
            const uint64_t block = (column + c) / 2;
            uint64_t state[2] = {inner[0] ^ (first + i + (block << PARLEY_BLOCK_TWEAK)), inner[1]};
            encrypt(state, round_keys, 10);
            for (size_t w = 0; w < at_most(length - c, 2); w++) out[i * length + c + w] = state[w] ^ inner[w];
        }
    }
}

const ProductKernels products_portable = {OWN(pads) OWN(send) OWN(receive)};
