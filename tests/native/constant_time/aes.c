#include "cases.h"

#include "aes/exports.h"

static void expand_key(uint64_t *out, uint64_t *s) { parley_aes_expand_key((uint8_t *)out, (const uint8_t *)s); }
static void ctr(uint64_t *out, uint64_t *s) { parley_aes_ctr((uint8_t *)out, (const uint8_t *)s, 1, 2, 3, 100); }

const Case cases[] = {{"expand_key", expand_key}, {"ctr", ctr}, {0}};
