/* The reference: plain C for any machine. */

#include "kernels.h"
#include "vole/modulus.h"

enum { PICKED_ROWS = 8 };

static void pick_rows(uint64_t *picks, const uint8_t *round_keys, uint64_t first, size_t rows) {
    aes_portable.ctr((uint8_t *)picks, round_keys, 10, 0, 2 * first, 2 * rows);
}

static void add_picked_pairs(uint64_t *out, const uint64_t *table, const uint64_t *picks, uint64_t mask, size_t n) {
    for (size_t i = 0; i < n; i++, picks += PARLEY_OT_PICK_WORDS)
        for (size_t term = 0; term < PARLEY_OT_TERMS; term++)
            for (size_t word = 0; word < 2; word++)
                out[2 * i + word] = folded(out[2 * i + word] + table[2 * PICKED(picks, term, mask) + word]);
}

#include "vole/elements.h"

const VoleKernels vole_portable = {OWN(from_labels) OWN(total) OWN(place) OWN(add_sparse) OWN(prove) OWN(verify)};
