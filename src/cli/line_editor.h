/* SPDX-License-Identifier: MIT
 *
 * Lines from a person, with editing, history and completion (libedit, loaded when one is opened);
 * or from anything else, as they stand and without a prompt. */
#pragma once

#include "base/buf.h"

struct arena;
struct line_editor;

/* What could stand instead of line[*from..]. */
typedef void line_complete_fn(void *ctx, struct str line, struct arena *a, struct str **out,
			      size_t *n, size_t *from);

struct line_editor_options {
	const char *name;    /* the program's, for the user's ~/.editrc */
	const char *history; /* file, or NULL */
	line_complete_fn *complete;
	void *ctx;
};

/* Editing on the terminal of standard input and output; o is borrowed for the call. Fails when
 * libedit cannot be loaded. */
ATTR_MUST_CHECK errint line_editor_open(const struct line_editor_options *o,
					struct line_editor **out, struct err *err);
/* From descriptor 0, without editing. */
struct line_editor *line_editor_plain(void);
void line_editor_close(struct line_editor *e);
void line_editor_cleanup(struct line_editor **e);

enum line_read { LINE_READ, LINE_END, LINE_INTERRUPTED };
/* Appends the next line, with its newline if it has one. prompt is borrowed for the call. */
ATTR_MUST_CHECK int line_editor_read(struct line_editor *e, const char *prompt, struct buf *line,
				     struct err *err);
