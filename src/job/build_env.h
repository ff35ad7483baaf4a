/* SPDX-License-Identifier: MIT
 *
 * What a builder is given besides its sandbox: environment, arguments and files in the build
 * folder, with placeholders of outputs replaced by their paths. Nothing here touches the disk. */
#pragma once

#include "job/build.h"
#include "plan/build_attrs.h"

struct build_file {
	struct str name; /* in the build folder */
	struct str bytes;
};

struct build_env {
	char **env;  /* NULL terminated, sorted */
	char **argv; /* NULL terminated */
	struct build_file *files;
	size_t n_files;
};

/* inputs: the closure that the builder may see; folder: where it builds, as it sees it; vary:
 * conditions that are others than usual (enum build_vary). */
ATTR_MUST_CHECK errint build_env_make(struct store *s, struct arena *a, const struct build_attrs *t,
				      const struct build_options *o, struct str_set inputs,
				      const char *folder, unsigned vary, struct build_env *out,
				      struct err *err);
/* `/` and the base32 hash that builtins.placeholder gives for an output's name, and its path in
 * place of it everywhere. */
struct str replace_placeholders(struct arena *a, const struct drv *d, struct str s);

/* What the derivation itself sets, and nothing of a builder's world: for a person's shell, which
 * has its own. files belong into folder. argv is empty. */
ATTR_MUST_CHECK errint build_env_own(struct store *s, struct arena *a, const struct drv *d,
				     struct str_set inputs, const char *folder,
				     struct build_env *out, struct err *err);
