/* SPDX-License-Identifier: MIT
 *
 * The manifest of an environment, .flox/env/manifest.toml, as plain data. Its keys, their kinds and
 * the schema that brought each are Flox's public ones (version = 1, schema-version 1.10.0 to
 * 1.19.0); [kiln], or [plugins.kiln] for who has Flox read the same file, is kiln's own. Every
 * value keeps where it stands: `at` is NULL for what the file does not say, and at->file names the
 * file, which after manifest_compose() may be an included one. Knows no store and resolves nothing.
 */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/toml.h"
#include "manifest/manifest_parts.h"

/* What is in a manifest that its schema does not have. */
enum manifest_finding_kind {
	MANIFEST_UNKNOWN, /* no schema has such a key there */
	MANIFEST_NEWER,   /* a later schema than the file's own has it: `since` */
	MANIFEST_OLDER,   /* the file's schema no longer has it */
};

struct manifest_finding {
	enum manifest_finding_kind kind;
	struct str path;       /* "install.hello.pkgpath", keys quoted where TOML wants it */
	const struct toml *at; /* its value */
	struct str near;       /* the key that may have been meant; empty: none is near */
	unsigned since;
};

struct manifest {
	const char *file;
	const struct toml *root;
	unsigned schema; /* MANIFEST_V1, or the minor number of schema-version: 10 to 19 */
	const struct toml *schema_at;
	struct manifest_text description, minimum_cli, minimum_cli_reason;
	struct manifest_package *packages;
	size_t n_packages;
	struct manifest_group *groups;
	size_t n_groups;
	struct manifest_vars vars;
	struct manifest_hook hook;
	struct manifest_profile profile;
	struct manifest_flag auto_start;
	struct manifest_service *services;
	size_t n_services;
	struct manifest_watch *watches; /* of services that may be an included manifest's */
	size_t n_watches;
	struct manifest_build *builds;
	size_t n_builds;
	struct manifest_include *includes;
	size_t n_includes;
	struct manifest_options options;
	struct manifest_container container;
	const struct toml *plugins; /* a table of tables, or NULL; kiln's own is not taken out */
	struct manifest_vars slots; /* [kiln.slots]: slot -> what fills it, as --slot has it */
	struct manifest_finding *findings;
	size_t n_findings;
};

enum { MANIFEST_V1 = 1, MANIFEST_OLDEST_SCHEMA = 10, MANIFEST_LATEST_SCHEMA = 19 };
/* The text of schema-version ("1.19.0"), "1" for MANIFEST_V1; a literal. */
const char *manifest_schema_text(unsigned schema);

/* Reads a manifest; file (copied) is its name in messages, the values live in the arena. Keys that
 * the schema does not have are collected in findings, everything else that is wrong (syntax, a
 * value's type, a package of two kinds, a daemon without shutdown command, a version that nobody
 * knows …) is ERR_CORRUPT, "file:line:column: what". */
ATTR_MUST_CHECK errint manifest_parse(struct str text, const char *file, struct arena *a,
				      struct manifest **out, struct err *err);
/* 0, or an error that names the first finding, with line and nearest key, and lists the others:
 * Flox refuses what its schema does not have, and so do kiln's commands. */
ATTR_MUST_CHECK errint manifest_refuse_unknown(const struct manifest *m, struct err *err);
/* Both, of DIR/.flox/env/manifest.toml. ERR_NOT_FOUND when there is none. Includes are not merged.
 */
ATTR_MUST_CHECK errint manifest_read(const char *dir, struct arena *a, struct manifest **out,
				     struct err *err);

/* The manifest with the local environments of [include] merged below it, as Flox merges: later ones
 * over earlier ones, the manifest over all; scripts are appended, on leaving in reverse; its own
 * includes are gone. dir is what a relative `dir` starts at (the folder that holds .flox). Without
 * includes *out is m.
 * A remote include is ERR_UNSUPPORTED with its position, a circle ERR_CORRUPT. */
ATTR_MUST_CHECK errint manifest_compose(struct manifest *m, const char *dir, struct arena *a,
					struct manifest **out, struct err *err);

/* NULL when there is none of that name (an install id, a service, a build). */
const struct manifest_package *manifest_package_find(const struct manifest *m, struct str id);
const struct manifest_service *manifest_service_find(const struct manifest *m, struct str name);
const struct manifest_build *manifest_build_find(const struct manifest *m, struct str name);
/* Does it concern that system ("x86_64-linux")? Of packages and services; a package without
 * systems is for those of options.systems, and for every one when that is not there either. */
bool manifest_package_is_for(const struct manifest *m, const struct manifest_package *p,
			     struct str system);
bool manifest_service_is_for(const struct manifest_service *s, struct str system);
