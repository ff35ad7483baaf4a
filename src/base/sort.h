/* SPDX-License-Identifier: MIT
 *
 * Sorting of what is short or in order already, as most lists of names are that people or programs
 * write: no call of a library, no memory. */
#pragma once

#include <stddef.h>

/* As qsort(). A list of up to 16 keeps the order of equal elements. */
void sort_few(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *));
