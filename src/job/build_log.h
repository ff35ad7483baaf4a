/* SPDX-License-Identifier: MIT
 *
 * The log of one build: kept whole in a file where Nix looks for it (drvs/<two letters>/<rest>
 * below the log folder), its last lines in memory for the error message. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "store/store.h"

struct build_log {
	char *path; /* on this machine */
	int fd;     /* of the file, or -1 */
	struct buf line;
	char **tail; /* ring of the last lines */
	size_t n_tail, next, keep;
	char *phase;     /* that which the builder said last it is in, or NULL */
	size_t of_phase; /* the lines since */
};

/* Called for every whole line, without its newline; and for the text of an error or a warning that
 * the builder sent as a message of Nix's, `@nix {"action":"msg","level":1,"msg":"…"}`. */
typedef void build_log_fn(void *ctx, struct str line, bool warning);

/* Makes the file at its place under the store's logs; keep: how many of the last lines
 * build_log_tell() has. */
ATTR_MUST_CHECK errint build_log_open(struct store *s, struct str drv_path, size_t keep,
				      struct build_log *out, struct err *err);
/* Takes bytes of the builder. A full disk costs the rest of the log, not the build. */
void build_log_put(struct build_log *l, struct str bytes, build_log_fn *fn, void *ctx);
/* The end of the bytes: an unfinished line counts. */
void build_log_end(struct build_log *l, build_log_fn *fn, void *ctx);
/* Appends the kept lines to the error's detail: of the last phase alone, where there are any. */
void build_log_tell(const struct build_log *l, struct err *err);
void build_log_release(struct build_log *l);
