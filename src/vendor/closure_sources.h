/* SPDX-License-Identifier: MIT
 *
 * What sources recipes have: the fixed outputs in the closures of their derivations, and what their
 * evaluation fetched. */
#pragma once

#include "project/project.h"
#include "source/sources_file.h"

struct closure_source {
	struct str drv;        /* "" of what evaluation fetched */
	struct str name, path; /* of its output */
	struct hash hash;
	bool recursive;
	bool native; /* a Debian package */
	struct str *origins;
	size_t n_origins;
	/* of what evaluation fetched, else "" and 0 */
	struct str input, rev;
	uint64_t last_modified, rev_count;
	struct str *needed_by; /* labels, sorted */
	size_t n_needed_by;
};

struct closure_sources {
	struct closure_source *v;
	size_t n;
	struct str *labels; /* of what was asked: "comfyui", of a release "comfyui@0.3.52" */
	size_t n_labels;
	struct resolved_list found; /* what the labels are, in their order */
};
void closure_sources_release(struct closure_sources *c);

struct sources_request {
	const char *dir;     /* the project */
	const char *release; /* or NULL */
	const char *const *names;
	size_t n_names; /* 0: every recipe */
	/* What evaluation fetched is looked for as well: it evaluates, whatever is remembered. */
	bool inputs;
};
/* Evaluates, and reads derivations; fetches nothing but what evaluation does. Strings live in the
 * arena; *out is released also after a failure. */
ATTR_MUST_CHECK errint closure_sources(struct session *s, const struct sources_request *r,
				       struct arena *a, struct closure_sources *out,
				       struct err *err);
