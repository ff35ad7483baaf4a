/* SPDX-License-Identifier: MIT
 *
 * POSIX extended regular expressions as builtins.match and builtins.split see them. Nix uses
 * libstdc++'s std::regex, whose answers differ from regexec(3)'s: alternatives are tried from left
 * to right, loops are greedy, of all that is tried the longest wins and the first among equals, a
 * group keeps what an earlier round of a loop left in it, and a loop whose body matched nothing is
 * entered once more. Those rules are kept here; what is not kept is the exponential time: a
 * (state, position) pair that failed once is not tried again.
 *
 * Bytes, in the C locale. There are no back references in extended expressions. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct regex;

enum regex_status {
	REGEX_OK,
	REGEX_INVALID,
	REGEX_TOO_BIG, /* more than 100,000 states, as in libstdc++ */
};

/* NULL, and why in *status, when the pattern is not one. */
struct regex *regex_new(struct str pattern, enum regex_status *status);
void regex_free(struct regex *re);
/* Number of groups, without the whole match. */
size_t regex_groups(const struct regex *re);

struct regex_match {
	size_t from, to;
	bool matched;
};

/* m has regex_groups() + 1 elements; m[0] is the whole match. */
enum regex_result { REGEX_NO, REGEX_YES, REGEX_TOO_HARD };

/* Matching ends with REGEX_TOO_HARD when *stop is not 0. NULL, as at first: it does not look. */
void regex_watch(struct regex *re, const volatile int *stop);

/* Does all of s match? */
enum regex_result regex_match_whole(struct regex *re, struct str s, struct regex_match *m);

/* The matches of a string from left to right, as std::regex_iterator finds them. */
struct regex_iter {
	struct regex *re;
	struct str s;
	bool started, prev_avail;
	size_t last_from, last_to;
};
struct regex_iter regex_iter_init(struct regex *re, struct str s);
/* The text before the match is [*before, m[0].from). */
enum regex_result regex_iter_next(struct regex_iter *it, struct regex_match *m, size_t *before);
