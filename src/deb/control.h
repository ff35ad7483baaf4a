/* SPDX-License-Identifier: MIT
 *
 * Debian control files (deb822(5)): paragraphs of `Name: value` fields, separated by empty lines; a
 * line that begins with a blank continues a value; '#' begins a comment line. One reader for
 * package indices, Release files and our own roots.control. Nothing is copied: a value is the slice
 * of the text from behind the colon to the end of its last line. */
#pragma once

#include "base/err.h"
#include "base/str.h"

struct control_reader {
	struct str rest;
	const char *name; /* of the file, for messages */
	unsigned line;    /* lines read */
};

struct control_field {
	struct str name, value;
	unsigned line;
};

struct control_paragraph {
	struct control_field *v;
	size_t n, cap;
	unsigned line; /* of its first field */
};

struct control_reader control_reader_init(struct str text, const char *name);
void control_paragraph_release(struct control_paragraph *p);
/* Reads the next paragraph into *p, whose memory is reused; *more is false at the end. A line that
 * is none of the above, or a field twice in a paragraph, is ERR_CORRUPT with file and line. */
ATTR_MUST_CHECK errint control_next(struct control_reader *r, struct control_paragraph *p,
				    bool *more, struct err *err);
/* The trimmed value of a field (any case); false when absent. */
bool control_get(const struct control_paragraph *p, struct str name, struct str *out);
/* The same, but its absence is an error. */
ATTR_MUST_CHECK errint control_need(const struct control_reader *r,
				    const struct control_paragraph *p, const char *name,
				    struct str *out, struct err *err);
/* Takes the next item off a list separated by commas and line ends; false at its end. */
bool control_item(struct str *rest, struct str *item);
