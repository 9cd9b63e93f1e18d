/* Weights minus words, in C that compilers turn into vectors. To be included once by a file that has opened a target, or
 * by none. */

static void difference(uint64_t *out, const int16_t *w, const uint64_t *words, size_t n) {
    for (size_t i = 0; i < n; i++) out[i] = (uint64_t)(int64_t)w[i] - words[i];
}
