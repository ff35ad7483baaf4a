/* SPDX-License-Identifier: MIT
 *
 * A fuzz target is one file with this one function over one parser of outside bytes. Any input is
 * valid: a refusal is a return, only a crash, a sanitizer's report or a failed FUZZ_CHECK is a
 * find. clang's -fsanitize=fuzzer brings a main that mutates; main.c here is one that replays. */
#pragma once

#include <stdint.h>
#include <stdlib.h>
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* What must hold for every input, such as: what was printed parses to the same value. */
#define FUZZ_CHECK(cond) BUG_ON(!(cond))

static inline struct str fuzz_str(const uint8_t *p, size_t n)
{
	return str_n((const char *)p, n);
}
