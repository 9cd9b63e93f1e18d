/* The slow, obvious reference: plain C for any machine. */

#include "kernels.h"

#include "aes/cipher.h"

#include "products/keys.h"
#include "products/words.h"

/* A key and its round keys, made anew where the key is another. */
typedef struct {
    uint64_t key[2];
    uint8_t round_keys[176];
} Schedule;

/* Whether the key is another. */
static int schedule(Schedule *last, const PadRun *run, size_t row, size_t column, int anew) {
    uint64_t key[2];
    key_of_pad(key, run, row, column);
    if (!anew && key[0] == last->key[0] && key[1] == last->key[1]) return 0;
    memcpy(last->key, key, sizeof key);
    expand(last->round_keys, (const uint8_t *)key, 4, 10);
    return 1;
}

static void pads(uint64_t *out, const uint64_t *labels, const uint64_t offset[2], const PadRun *run, size_t row,
                 size_t n, size_t column, size_t length) {
    Schedule keys;
    uint64_t inner[2];
    for (size_t i = 0; i < n; i++)
        for (size_t c = 0; c < length; c += 2) {
            const uint64_t tweak = run->first + row + i + ((uint64_t)(column + c) / 2 << PARLEY_BLOCK_TWEAK);
            if (schedule(&keys, run, row + i, column + c, !i && !c) || !c) {
                for (size_t w = 0; w < 2; w++) inner[w] = labels[2 * i + w] ^ offset[w];
                encrypt(inner, keys.round_keys, 10);
            }
            uint64_t state[2] = {inner[0] ^ tweak, inner[1]};
            encrypt(state, keys.round_keys, 10);
            for (size_t w = 0; w < at_most(length - c, 2); w++) out[i * length + c + w] = state[w] ^ inner[w];
        }
}

const ProductKernels products_portable = {OWN(pads) OWN(send) OWN(receive)};
