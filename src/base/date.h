/* SPDX-License-Identifier: MIT
 *
 * Moments as text: RFC 3339 as TOML and in-toto write it, "2026-11-29T19:04:12Z", in whole seconds
 * since 1970. Leap seconds are none. */
#pragma once

#include "base/str.h"

/* Room for date_print(), with its NUL. */
enum { DATE_TEXT_MAX = 32 };

/* Reads a date alone (its midnight in UTC), or date and time with 'Z' or an offset; fractions of a
 * second are dropped. False for anything else, and for days and hours that there are not. */
bool date_parse(struct str s, int64_t *out);
/* In UTC, with 'Z'. Returns text. */
const char *date_print(int64_t at, char text[DATE_TEXT_MAX]);
