/* What this x86 processor and its operating system can run; for dispatch.c, which defines the levels. */

#include <cpuid.h>

/* The register states that a level needs the operating system to save (XCR0). */
enum { STATE_AVX = 0x06, STATE_AVX512 = 0xe6, STATE_AMX = 0x60000 };

typedef struct {
    unsigned states, leaf1_c, leaf7_b, leaf7_c, leaf7_d;
} Processor;

static Processor this_processor(void) {
    Processor p = {0};
    unsigned a, b, d;
    if (!__get_cpuid(1, &a, &b, &p.leaf1_c, &d) || !(p.leaf1_c & bit_OSXSAVE)) return p;
    __asm__ volatile("xgetbv" : "=a"(p.states), "=d"(d) : "c"(0));
    __get_cpuid_count(7, 0, &a, &p.leaf7_b, &p.leaf7_c, &p.leaf7_d);
    return p;
}

static int has(unsigned have, unsigned needed) { return (have & needed) == needed; }

static int runs_avx2(const Processor *p) {
    return has(p->states, STATE_AVX) && has(p->leaf1_c, bit_POPCNT | bit_AES | bit_PCLMUL) &&
           has(p->leaf7_b, bit_AVX2 | bit_BMI2);
}

static int runs_adx(const Processor *p) { return runs_avx2(p) && has(p->leaf7_b, bit_ADX); }

static int runs_avx512(const Processor *p) {
    return runs_avx2(p) && has(p->states, STATE_AVX512) &&
           has(p->leaf7_b, bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL);
}

static int runs_avx512_ice(const Processor *p) {
    return runs_avx512(p) && has(p->leaf7_b, bit_AVX512IFMA) &&
           has(p->leaf7_c, bit_AVX512VBMI | bit_AVX512VBMI2 | bit_GFNI | bit_VAES | bit_VPCLMULQDQ | bit_AVX512VPOPCNTDQ);
}

#if defined(__linux__)

#include <sys/syscall.h>
#include <unistd.h>

/* Linux gives a process the large tile registers only when it asks for them. */
static int tiles_permitted(void) {
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

#else

static int tiles_permitted(void) { return 0; }

#endif

static int runs_amx(const Processor *p) {
    const unsigned amx_tile = 1u << 24, amx_int8 = 1u << 25;
    return runs_avx512_ice(p) && has(p->states, STATE_AMX) && has(p->leaf7_d, amx_tile | amx_int8) && tiles_permitted();
}

static int runs(int level) {
    static int (*const tests[LEVELS])(const Processor *) = {
        [AVX2] = runs_avx2, [ADX] = runs_adx, [AVX512] = runs_avx512, [AVX512_ICE] = runs_avx512_ice, [AMX] = runs_amx};
    const Processor p = this_processor();
    return level == PORTABLE || tests[level](&p);
}
