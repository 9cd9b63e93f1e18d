/* 1 where the selected table's AES uses the processor's own instructions. */
int parley_has_fast_aes(void);

void parley_aes_expand_key(uint8_t *round_keys, const uint8_t *key);
/* `length` bytes of the key stream from byte `skip` (0 <= skip < 16) of block (high, low) on; any length;
 * the last counter must not pass 2^64 - 1 in its low half. */
void parley_aes_ctr(uint8_t *out, const uint8_t *round_keys, uint64_t high, uint64_t low, size_t skip,
                    size_t length);
