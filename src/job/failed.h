/* SPDX-License-Identifier: MIT
 *
 * The last failure of a store's builds whose build folder was kept: noted when it happens, and
 * entered again by whoever wants to look. */
#pragma once

#include <sys/types.h>
#include "job/build.h"
#include "store/store.h"

struct report;

/* Notes it in the store's state, kiln/failed.json. That it cannot be noted is a warning. */
void failed_note(struct store *s, struct report *r, struct str drv, const char *folder,
		 bool isolated);

struct failed_build {
	struct str drv;
	const char *folder; /* there */
	bool isolated;      /* it had a sandbox */
};
/* ERR_NOT_FOUND with how to keep one, when there is none, or its folder is gone or another user's.
 */
ATTR_MUST_CHECK errint failed_last(struct store *s, struct arena *a, struct failed_build *out,
				   struct err *err);

struct failed_entry {
	struct failed_build failed;
	struct str_set inputs; /* closure of what the builder saw, valid; and of bash */
	const char *shell;     /* the file that is /bin/sh, or NULL */
	const char *bash;      /* the program to become, as it is seen there */
	const char *command;   /* text for it, or NULL: the person stays */
	const struct build_options *options;
};
/* Runs bash in the same sandbox on the same folder, with the environment that the failed phase had,
 * where the build left it, else the builder's. *status is waitpid's. The folder stays. */
ATTR_MUST_CHECK errint failed_enter(struct store *s, const struct failed_entry *f, int *status,
				    struct err *err);

/* Everything below the folder path, itself too, to that owner; what cannot be given is left. No
 * symlink is followed, path's own neither. */
void tree_give(const char *path, uid_t uid, gid_t gid);
