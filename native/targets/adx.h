/* Opens a block of functions for what Broadwell and Zen add to targets/avx2.h: ADX; targets/end.h closes it. Its
 * kernels need all general registers but the stack's, so there is no frame pointer, whatever the flags are. */

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,popcnt,aes,pclmul,bmi2,adx"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,popcnt,aes,pclmul,bmi2,adx")
#pragma GCC optimize("O3", "omit-frame-pointer")
#endif
