/* Finds the instruction sets this processor can run, fills what each leaves out, and selects one. */

#include "dispatch.h"

#include <string.h>

enum { PORTABLE, AVX2, ADX, AVX512, AVX512_ICE, AMX, LEVELS };

static const char *const level_names[LEVELS] = {"portable", "avx2", "adx", "avx512", "avx512-ice", "amx"};

#if defined(__x86_64__)

#include "processor.h"

#define X86(table) table

#else

static int runs(int level) { return level == PORTABLE; }

#define X86(table) NULL

#endif

#define PLACE(family, Type) #family, offsetof(Kernels, family), sizeof(Type)

/* The tables of every family; NULL where it has none for a level. */
static const struct {
    const char *name;
    size_t offset, size;
    const void *tables[LEVELS];
} families[] = {
    {PLACE(ring, RingKernels), {&ring_portable, X86(&ring_avx2), NULL, X86(&ring_avx512)}},
    {PLACE(wide, WideKernels), {&wide_portable, NULL, NULL, X86(&wide_avx512), X86(&wide_avx512_ice)}},
    {PLACE(matmul, MatmulKernels),
     {&matmul_portable, X86(&matmul_avx2), NULL, X86(&matmul_avx512), NULL, X86(&matmul_amx)}},
    {PLACE(weights, WeightKernels), {&weights_portable, X86(&weights_avx2), NULL, X86(&weights_avx512)}},
    {PLACE(pieces, PieceKernels), {&pieces_portable, X86(&pieces_avx2), NULL, X86(&pieces_avx512)}},
    {PLACE(bits, BitKernels), {&bits_portable, X86(&bits_avx2), NULL, X86(&bits_avx512), X86(&bits_avx512_ice)}},
    {PLACE(binary_field, BinaryFieldKernels),
     {&binary_field_portable, X86(&binary_field_avx2), NULL, NULL, X86(&binary_field_avx512_ice)}},
    {PLACE(mersenne61, FieldKernels),
     {&mersenne61_portable, X86(&mersenne61_avx2), NULL, X86(&mersenne61_avx512), X86(&mersenne61_avx512_ice)}},
    {PLACE(field64, FieldKernels),
     {&field64_portable, X86(&field64_avx2), NULL, X86(&field64_avx512), X86(&field64_avx512_ice)}},
    {PLACE(pseudo, FieldKernels),
     {&pseudo_portable, X86(&pseudo_avx2), NULL, X86(&pseudo_avx512), X86(&pseudo_avx512_ice)}},
    {PLACE(general, FieldKernels), {&general_portable, NULL, NULL, X86(&general_avx512), X86(&general_avx512_ice)}},
    {PLACE(field128, FieldKernels), {&field128_portable, NULL, NULL, NULL, X86(&field128_avx512_ice)}},
    {PLACE(bignum, BignumKernels), {&bignum_portable, NULL, X86(&bignum_adx), NULL, X86(&bignum_avx512_ice)}},
    {PLACE(curve, CurveKernels), {&curve_portable, NULL, NULL, NULL, X86(&curve_avx512_ice)}},
    {PLACE(aes, AesKernels), {&aes_portable, X86(&aes_avx2), NULL, NULL, X86(&aes_avx512_ice)}},
    {PLACE(labels, LabelKernels), {&labels_portable, X86(&labels_avx2), NULL, NULL, X86(&labels_avx512_ice)}},
    {PLACE(ot, OtKernels), {&ot_portable, X86(&ot_avx2), NULL, NULL, X86(&ot_avx512_ice)}},
    {PLACE(products, ProductKernels), {&products_portable, X86(&products_avx2), NULL, NULL, X86(&products_avx512_ice)}},
    {PLACE(vole, VoleKernels), {&vole_portable, X86(&vole_avx2)}},
    {PLACE(function_sharing, FunctionSharingKernels),
     {&function_sharing_portable, X86(&function_sharing_avx2), NULL, NULL, X86(&function_sharing_avx512_ice)}},
    {PLACE(coins, CoinKernels), {&coins_portable, X86(&coins_avx2), NULL, X86(&coins_avx512)}},
    {PLACE(sponge, SpongeKernels), {&sponge_portable, NULL, NULL, X86(&sponge_avx512)}},
};

enum { FAMILIES = sizeof families / sizeof families[0] };

typedef void (*Entry)(void);

static Kernels kernels[LEVELS]; /* complete ones, slowest first */
static int level_of[LEVELS];    /* what each of them is */
static int count;
const Kernels *selected;

/* Takes over the entries that a table has; the others stay what the next slower level made them. */
static void take_over(Kernels *into, int family, int level) {
    const char *from = families[family].tables[level];
    char *to = (char *)into + families[family].offset;
    for (size_t at = 0; from && at < families[family].size; at += sizeof(Entry)) {
        Entry entry;
        memcpy(&entry, from + at, sizeof entry);
        if (entry) memcpy(to + at, &entry, sizeof entry);
    }
}

void parley_start(void) {
    count = 0;
    for (int level = 0; level < LEVELS; level++) {
        if (!runs(level)) continue;
        if (count) kernels[count] = kernels[count - 1];
        for (int family = 0; family < FAMILIES; family++) take_over(&kernels[count], family, level);
        level_of[count++] = level;
    }
    selected = &kernels[count - 1];
}

static int level_at(int index) { return level_of[count - 1 - index]; }

int parley_implementation_count(void) { return count; }

const char *parley_implementation_name(int index) { return level_names[level_at(index)]; }

void parley_select(int index) { selected = &kernels[count - 1 - index]; }

int parley_selected(void) { return count - 1 - (int)(selected - kernels); }

int parley_family_count(void) { return FAMILIES; }

const char *parley_family_name(int family) { return families[family].name; }

const char *parley_family_source(int family, int index) {
    while (!families[family].tables[level_at(index)]) index++;
    return parley_implementation_name(index);
}
