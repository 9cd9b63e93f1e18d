/* Ends what `#pragma ... push` with a target began in a kernel file. */
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
