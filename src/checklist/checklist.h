/* SPDX-License-Identifier: MIT
 *
 * The ten points of a reproducible package, looked at one by one: what its recipes say, what their
 * closures hold, and whether the repository keeps it. */
#pragma once

#include "project/session.h"

/* X(id, name, what it means) */
#define CHECKLIST_POINTS(X)                                                           \
	X(HASHED, "sources-hashed", "every source has a hash")                        \
	X(FIXED, "sources-fixed", "no URL and no revision that moves")                \
	X(DECLARED, "dependencies", "every Python dependency is declared")            \
	X(NO_PIP, "no-pip-install", "no pip install in phases, hooks or services")    \
	X(PLATFORMS, "platforms", "what a recipe says it is for evaluates there")     \
	X(PURE, "sandbox-pure", "builds see neither the network nor untracked files") \
	X(COMMITTED, "committed", "committed, tagged and pushed")                     \
	X(VENDORED, "vendored", "every source is kept in .flox/sources")              \
	X(PUBLISHED, "published", "published to a catalog")                           \
	X(INSTALLED, "installed", "what was published was installed from there")

enum checklist_point {
#define X(id, name, text) CHECKLIST_##id,
	CHECKLIST_POINTS(X)
#undef X
		CHECKLIST_COUNT,
};
const char *checklist_name(enum checklist_point p);
const char *checklist_text(enum checklist_point p);

struct checklist_finding {
	enum checklist_point point;
	struct str file; /* below the project, or "" */
	unsigned line;   /* from 1; 0: none */
	struct str text, cure;
};

struct checklist {
	/* Why a point could not be looked at, or NULL. */
	const char *open[CHECKLIST_COUNT];
	struct checklist_finding *v; /* by point; malloc'd, texts live in the arena */
	size_t n, cap;
};
void checklist_release(struct checklist *l);
size_t checklist_count(const struct checklist *l, enum checklist_point p);

struct checklist_request {
	struct session *session;
	const char *project;
	const char *const *names; /* recipes; none: all */
	size_t n_names;
};
/* Evaluates, builds nothing. Of a recipe that is not built its closure is not known, which leaves
 * that point open. *out is released also after a failure. */
ATTR_MUST_CHECK errint checklist_run(const struct checklist_request *r, struct arena *a,
				     struct checklist *out, struct err *err);
