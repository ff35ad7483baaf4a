/* SPDX-License-Identifier: MIT
 *
 * The program that a regular expression becomes, shared by its compiler and its executor. An
 * instruction goes on with the next one unless it says otherwise. */
#pragma once

#include "base/regex.h"

enum regex_op {
	RE_CHAR,  /* arg: the byte */
	RE_ANY,   /* any byte but NUL */
	RE_SET,   /* arg: index of the set */
	RE_BOL,   /* beginning of the text */
	RE_EOL,   /* end of the text */
	RE_BEGIN, /* arg: group */
	RE_END,   /* arg: group */
	RE_ALT,   /* tries the next instruction, and then arg, and keeps the longer match */
	RE_LOOP,  /* tries body; where that fails, arg */
	RE_RUN,   /* arg: index of the set; as many of its bytes as possible, and then fewer */
	RE_JUMP,  /* arg: the target */
	RE_ACCEPT,
};

struct regex_inst {
	uint8_t op;
	uint32_t arg, body;
	uint32_t memo; /* number among the instructions at which the executor branches */
};

struct regex_set {
	uint64_t bits[4];
};

static inline bool regex_set_has(const struct regex_set *s, unsigned char c)
{
	return s->bits[c >> 6] >> (c & 63) & 1;
}

static inline void regex_set_add(struct regex_set *s, unsigned char c)
{
	s->bits[c >> 6] |= (uint64_t)1 << (c & 63);
}

struct regex_frame {
	uint32_t kind, pc;
	size_t pos, a, b;
};

struct regex {
	struct regex_inst *prog;
	size_t n_prog, cap_prog;
	struct regex_set *sets;
	size_t n_sets, cap_sets;
	size_t n_groups; /* with the whole match */
	size_t n_memo;
	bool has_alt;
	/* A loop's body can match nothing: rounds without progress must be counted. */
	bool counted;
	struct regex_set first; /* bytes that a match can start with, where first_known */
	bool first_known;

	const volatile int *stop; /* may be NULL */

	/* Work space of the executor, kept between calls. */
	struct regex_frame *frames;
	size_t n_frames, cap_frames;
	struct regex_match *cur, *best;
	struct {
		size_t pos, count;
	} * rounds; /* by memo number */
	uint64_t *memo;
	size_t memo_cap;
};

/* regex_bracket.c: reads what stands behind '[' at *pos, and moves *pos behind the ']'. False when
 * that is no bracket expression. */
bool regex_bracket(struct str s, size_t *pos, struct regex_set *out);
