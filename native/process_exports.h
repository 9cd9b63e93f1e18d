/* What Python calls for the process as a whole. native/build_native.py hands this text and that of every family's
 * exports.h to cffi, so they hold plain declarations only. Each function of a family's contract.h has an entry in its
 * exports.h of the same contract, which goes to the selected table. */

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

/* From now on freed memory, up to so many bytes at the end of the heap, stays with the process for its next arrays,
 * arrays up to 32 MiB included, instead of going back to the system. Process-wide. 0 where the C library has no say. */
int parley_keep_memory(int bytes);
