/* What Python calls for the process as a whole. cffi reads this file and every family's exports.h, without the
 * preprocessor's lines: they hold plain declarations only. An entry's signature and contract stand there, and nowhere
 * else: the struct in the family's contract.h takes them from it. */
#ifndef PARLEY_PROCESS_EXPORTS_H
#define PARLEY_PROCESS_EXPORTS_H

#include <stddef.h>
#include <stdint.h>

/* Finds out what this processor can run and selects the best. Call once, before anything else. */
void parley_start(void);
/* The implementations this processor can run, best first; the last is `portable`. */
int parley_implementation_count(void);
const char *parley_implementation_name(int index);
/* Process-wide, for tests and benchmarks: 0 <= index < parley_implementation_count(). */
void parley_select(int index);
int parley_selected(void);
/* The families of kernels, and the implementation whose table a family uses when implementation `index` is selected:
 * the same one, or a slower one where that has nothing of its own. 0 <= family < parley_family_count(). */
int parley_family_count(void);
const char *parley_family_name(int family);
const char *parley_family_source(int family, int index);

/* How many threads have broken an entry's contract and were not told yet. */
const int *parley_untold_contracts(void);
/* What this thread has broken, as text that lasts until it breaks another; NULL where nothing, or told already. */
const char *parley_broken_contract(void);

/* From now on freed memory, up to so many bytes at the end of the heap, stays with the process for its next arrays,
 * however large, instead of going back to the system. Process-wide. 0 where the C library has no say. */
int parley_keep_memory(int bytes);

#endif
