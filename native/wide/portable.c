/* The reference, by the compiler's own arithmetic of two words: with the processor's product of 64 x 64 -> 128 bits, three
 * to an element, it keeps up with memory, so that most entries have no other. */

#include "kernels.h"
#include "wide/element.h"

#define EACH(value) \
    for (size_t i = 0; i < n; i++) put_element(out + 2 * i, value)
#define AT(x) element((x) + 2 * i)

static void add(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { EACH(AT(x) + AT(y)); }

static void sub(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { EACH(AT(x) - AT(y)); }

static void neg(uint64_t *out, const uint64_t *x, size_t n) { EACH(0 - AT(x)); }

static void mul(uint64_t *out, const uint64_t *x, const uint64_t *y, size_t n) { EACH(AT(x) * AT(y)); }

static void recombine(uint64_t *out, const uint64_t *c, const uint64_t *d, const uint64_t *b, const uint64_t *e,
                      const uint64_t *a, size_t n, int with_de) {
    const Element keep = with_de ? ~(Element)0 : 0;
    EACH(AT(c) + AT(d) * (AT(b) + (AT(e) & keep)) + AT(e) * AT(a));
}

static void shift_right(uint64_t *out, const uint64_t *x, const uint64_t plus[2], unsigned s, size_t n) {
    const Element addend = element(plus);
    EACH((AT(x) + addend) >> s);
}

static void shift_left(uint64_t *out, const uint64_t *x, unsigned s, size_t n) { EACH(AT(x) << s); }

static void affine(uint64_t *out, const uint64_t *x, const uint64_t factor[2], const uint64_t plus[2], size_t n) {
    const Element f = element(factor), p = element(plus);
    EACH(AT(x) * f + p);
}

static void offset(uint64_t *out, const uint64_t *x, const uint64_t plus[2], const uint64_t mask[2], size_t n) {
    const Element p = element(plus), m = element(mask);
    EACH((AT(x) + p) & m);
}

static void sum(uint64_t *out, const uint64_t *x, size_t outer, size_t count, size_t inner) {
    for (size_t o = 0; o < outer; o++, out += 2 * inner, x += 2 * count * inner)
        for (size_t j = 0; j < inner; j += 4) {
            const size_t width = inner - j < 4 ? inner - j : 4;
            Element sums[4] = {0};
            for (size_t k = 0; k < count; k++)
                for (size_t i = 0; i < width; i++) sums[i] += element(x + 2 * (k * inner + j + i));
            for (size_t i = 0; i < width; i++) put_element(out + 2 * (j + i), sums[i]);
        }
}

static void matmul(uint64_t *out, Matrix x, Matrix y, size_t rows, size_t inner, size_t columns) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            Element sum = 0;
            for (size_t l = 0; l < inner; l++)
                sum += element(x.words + i * x.row + l * x.column) * element(y.words + l * y.row + j * y.column);
            put_element(out + 2 * (i * columns + j), sum);
        }
}

const WideKernels wide_portable = {RING_KERNELS(OWN) .matmul = matmul};
