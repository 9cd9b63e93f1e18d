/* Contracts that callers broke, until Python is told. */

#include <stdio.h>

#include "process_exports.h"
#include "requires.h"

static int untold; /* in all threads */
static _Thread_local int broken;
static _Thread_local char what[512];

void contract_broken(const char *entry, const char *condition) {
    snprintf(what, sizeof what, "%s asks for %s", entry, condition);
    if (!broken) __atomic_add_fetch(&untold, 1, __ATOMIC_RELAXED);
    broken = 1;
}

const int *parley_untold_contracts(void) { return &untold; }

const char *parley_broken_contract(void) {
    if (!broken) return NULL;
    broken = 0;
    __atomic_sub_fetch(&untold, 1, __ATOMIC_RELAXED);
    return what;
}
