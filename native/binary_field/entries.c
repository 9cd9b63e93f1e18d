#include "shape_entries.h"

#define WORDS 1
#define FIELD(name) name##_64
#include "binary_field/entries_of_width.h"

#define WORDS 2
#define FIELD(name) name##_128
#include "binary_field/entries_of_width.h"
