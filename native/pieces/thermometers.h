/* Thermometers, a word of places at a time, without a branch. */

/* Of the 64 places from `first` on, those that are not below the number. */
static inline uint64_t marks(uint64_t number, uint64_t first) {
    const uint64_t reached = (uint64_t)0 - (uint64_t)(number < first + 64);
    const uint64_t within = (uint64_t)0 - (uint64_t)(number >= first);
    return reached & (UINT64_MAX << (number & within & 63));
}

static void thermometers(uint64_t *out, const uint64_t *numbers, unsigned place_bits, size_t count) {
    const size_t words = (size_t)1 << (place_bits - 6);
    for (size_t n = 0; n < count; n++)
        for (size_t w = 0; w < words; w++) out[n * words + w] = marks(numbers[n], 64 * w);
}
