/* SPDX-License-Identifier: MIT
 *
 * What a resolver found: pylock.toml (PEP 751) as far as it is read here. */
#pragma once

#include "py/lock.h"
#include "py/marker.h"

struct py_release {
	struct str name, version;
	unsigned machines;      /* that need it */
	struct py_file *wheels; /* names and hashes */
	size_t n_wheels;
	struct py_file sdist; /* name "" without one */
};
struct py_releases {
	struct py_release *v;
	size_t n, cap;
};

/* The markers' environment of each machine. */
void py_environments(struct arena *a, struct str full, struct marker_env out[PY_MACHINES]);
/* name is for messages. Everything lives in the arena. */
ATTR_MUST_CHECK errint py_resolved_parse(struct arena *a, struct str text, const char *name,
					 const struct marker_env env[PY_MACHINES],
					 struct py_releases *out, struct err *err);
/* Of its files the ones to lock: for each machine the best wheel, or with `source` its source
 * archive. False when a machine that needs it has none; row is filled all the same. */
bool py_row_choose(struct py_row *row, const struct py_release *r, unsigned minor, bool source);
