/* Opens a block of functions for AMX tiles of bytes beside all of targets/avx512_ice.h; targets/end.h closes it. */

#include <immintrin.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target( \
    "avx2,popcnt,aes,pclmul,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi,avx512vbmi2,avx512vpopcntdq,vaes,vpclmulqdq,gfni,amx-tile,amx-int8"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,aes,pclmul,bmi2,avx512f,avx512bw,avx512dq,avx512vl,avx512ifma,avx512vbmi,avx512vbmi2,avx512vpopcntdq,vaes,vpclmulqdq,gfni,amx-tile,amx-int8,prefer-vector-width=512")
#endif

#include "targets/avx512_words.h"
