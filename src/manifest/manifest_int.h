/* SPDX-License-Identifier: MIT
 *
 * How a manifest is read: each table of it has rows, one a key, that say of what kind its value is,
 * which schema brought it and where it goes; what has no row is a finding. */
#pragma once

#include "base/buf.h"
#include "manifest/manifest.h"

enum { MANIFEST_PATH_MAX = 8 };

struct manifest_reader {
	struct arena *arena;
	struct err *err;
	struct manifest *m;
	size_t findings_cap;
	bool crlf; /* the file's lines end so; what is said in them does not */
	struct str path[MANIFEST_PATH_MAX]; /* the keys that lead to what is read now */
	size_t n_path;
};

/* What a value is, and what `into` points at then. */
enum manifest_kind {
	MANIFEST_KIND_TEXT,   /* struct manifest_text */
	MANIFEST_KIND_TEXTS,  /* struct manifest_texts */
	MANIFEST_KIND_NUMBER, /* struct manifest_number */
	MANIFEST_KIND_FLAG,   /* struct manifest_flag */
	MANIFEST_KIND_VARS,   /* struct manifest_vars: a table of texts */
	MANIFEST_KIND_RAW,    /* const struct toml *: a table, whatever is in it */
	MANIFEST_KIND_OWN,    /* what read() makes of it */
};

typedef errint manifest_read_fn(struct manifest_reader *r, const struct toml *v, void *into);

struct manifest_key {
	const char *name;
	enum manifest_kind kind;
	unsigned since; /* the first schema that has it; 0: each */
	size_t offset;  /* of its value in what the table is read into */
	manifest_read_fn *read;
};

/* Reads a table by its rows. */
errint manifest_read_table(struct manifest_reader *r, const struct toml *table,
			   const struct manifest_key *keys, size_t n_keys, void *into);
/* Reads a table of things by name: *out are as many of that size, zeroed before read() fills them
 * (its key is the last of the path). NULL and 0 for an empty table. */
errint manifest_read_map(struct manifest_reader *r, const struct toml *table, size_t size,
			 manifest_read_fn *read, void **out, size_t *n);
errint manifest_read_kind(struct manifest_reader *r, enum manifest_kind kind, const struct toml *v,
			  void *into);
/* v must be of that kind: "'path' is …, not …". */
errint manifest_want(struct manifest_reader *r, const struct toml *v, enum toml_kind kind);
/* An error about the value at the path: "FILE:LINE:COL: 'PATH' " and the rest. */
ATTR_COLD ATTR_PRINTF(3, 4) errint
	manifest_wrong(struct manifest_reader *r, const struct toml *at, const char *fmt, ...);
/* One of a list of words, as its index; "'path' is one of …" else. */
errint manifest_read_word(struct manifest_reader *r, const struct toml *v, const char *const *words,
			  size_t n, size_t *out);
/* A finding about the value at the path. near may be empty. */
void manifest_find(struct manifest_reader *r, enum manifest_finding_kind kind,
		   const struct toml *at, struct str near, unsigned since);
/* The path in a message. */
const char *manifest_path(struct manifest_reader *r);
void manifest_path_push(struct manifest_reader *r, struct str key);
void manifest_path_pop(struct manifest_reader *r);

/* The sections; `into` is the struct manifest. */
manifest_read_fn manifest_read_install, manifest_read_groups, manifest_read_services,
	manifest_read_builds, manifest_read_include, manifest_read_options, manifest_read_hook,
	manifest_read_profile, manifest_read_container, manifest_read_kiln;

/* What is judged when the manifest is whole (it includes nothing, or was composed): every
 * depends-on and every [kiln.services.NAME] names a service; the latter become the service's. */
errint manifest_finish(struct manifest *m, struct arena *a, struct err *err);

/* Things of one size whose first member is their name (struct str), by it: files of megabytes have
 * very many. The names have to stay where they are. */
struct manifest_index {
	const char *v;
	size_t size, cap;
	uint32_t *slots; /* number of the thing plus 1; 0 is free */
};
void manifest_index_make(struct manifest_index *x, struct arena *a, const void *v, size_t n,
			 size_t size);
/* Its number, or -1. */
ptrdiff_t manifest_index_find(const struct manifest_index *x, struct str name);
