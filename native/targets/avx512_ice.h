/* Opens a block of functions for what Ice Lake, Zen 4 and later add to targets/avx512.h: IFMA, VBMI, VBMI2, VPOPCNTDQ,
 * VAES, VPCLMULQDQ and GFNI; targets/end.h closes it. */

#include <immintrin.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target( \
    "avx2,popcnt,aes,pclmul,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi,avx512vbmi2,avx512vpopcntdq,vaes,vpclmulqdq,gfni"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,aes,pclmul,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi,avx512vbmi2,avx512vpopcntdq,vaes,vpclmulqdq,gfni,prefer-vector-width=512")
#endif

#include "targets/avx512_words.h"
