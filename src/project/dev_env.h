/* SPDX-License-Identifier: MIT
 *
 * The environment in which a derivation would be built, for a person to work in: everything that it
 * needs is built, it itself is not. */
#pragma once

#include "project/project.h"
#include "store/store.h"

struct dev_env {
	char **env;        /* NAME=VALUE, NULL terminated */
	const char *attrs; /* the file that structured attributes are sourced from, or NULL */
	bool has_files;    /* the folder has some that the environment names */
};

struct dev_request {
	struct session *session;
	struct str drv;                  /* valid */
	const struct build_wanted *more; /* to be built, too: the shell */
	size_t n_more;
	const char *const *exclude; /* what of the inputs is left alone: regular expressions found
				     * in their .drv's path */
	size_t n_exclude;
	const char *folder;  /* files go there */
	const char *outputs; /* a folder that stands for the outputs' places ("…/outputs" has
			      * "out"), or NULL: the store's */
	const struct build_options *options;
};
/* ERR_UNSUPPORTED for what a built-in builder makes, which has no environment to work in. */
ATTR_MUST_CHECK errint dev_env_make(const struct dev_request *r, struct arena *a,
				    struct dev_env *out, struct err *err);
/* Makes what the derivation needs, and `more`, valid; closure is all of what it needs. */
ATTR_MUST_CHECK errint dev_inputs_make(const struct dev_request *r, struct arena *a,
				       const struct drv *d, struct str_set *closure,
				       struct err *err);

/* Runs a shell in the sandbox and the folder of the last failure that was kept. command is a text
 * for it, or NULL: the person stays in it. *status is waitpid's. ERR_NOT_FOUND with how to keep
 * one. */
ATTR_MUST_CHECK errint project_enter_failed(struct session *s, const char *command, int *status,
					    struct err *err);
