/* The device's kernels compiled as C, one work-item of each, on secrets that valgrind is told are undefined.
 *
 * kernels_as_c CASE   one of words, aes, power, base; or leak, which must be found */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#else
#define VALGRIND_MAKE_MEM_UNDEFINED(address, length) 0
#endif

typedef uint32_t uint;
typedef uint64_t ulong;
typedef ulong ulong2 __attribute__((vector_size(16)));

#define kernel
#define global
#define constant
#define LANES 1

static size_t get_global_id(uint dimension) { return dimension * 0; }
static ulong min(ulong a, ulong b) { return a < b ? a : b; }

#include "contract.cl"

#undef PAIRS
#define PAIRS(a, b) ((ulong2){(a), (b)})

#include "words.cl"

#include "montgomery.cl"

#include "aes.cl"

enum { LIMBS = 16, WINDOWS = 32 };

static _Alignas(64) ulong secret[1024], out[1024], room[1024];

static void words(void) {
    parley_add(out, secret, secret + 1, 1);
    parley_sub(out, secret, secret + 1, 1);
    parley_mul(out, secret, secret + 1, 1);
    parley_neg(out, secret, 1);
    parley_recombine(out, secret, secret + 1, secret + 2, secret + 3, secret + 4, 1, 1);
    parley_shift_right(out, secret, 5, 6, 1);
    parley_shift_left(out, secret, 6, 1);
}

static void aes(void) { parley_aes_ctr((ulong2 *)out, secret, 1, 2, 1); }

/* Base, exponent and modulus are all secret. */
static void power(void) {
    uint *numbers = (uint *)secret;
    parley_exponentiate((uint *)out, numbers, secret + 512, numbers + 64, (uint *)room, 320, WINDOWS, LIMBS, 1);
}

/* Table, digits and modulus are all secret: 4 rows of 8 numbers of 6 words. */
static void base(void) {
    uint *numbers = (uint *)secret;
    parley_power_of_base((uint *)out, secret + 512, numbers, numbers + 64, (uint *)room, 8, 4, 6, LIMBS, 1);
}

static void leak(void) {
    volatile ulong *place = out;
    if (secret[0] & 1) *place = 1;
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"words", words}, {"aes", aes}, {"power", power}, {"base", base}, {"leak", leak}};
    (void)VALGRIND_MAKE_MEM_UNDEFINED(secret, sizeof secret);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (count == 2 && !strcmp(arguments[1], cases[i].name)) return cases[i].run(), 0;
    return 2;
}
