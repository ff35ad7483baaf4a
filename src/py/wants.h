/* SPDX-License-Identifier: MIT
 *
 * What a project wants of Python: pip's requirements files, the [project] table of pyproject.toml,
 * and, in either kind of line, kiln's own words:
 *
 *	NAME …			a wanted project, by PEP 508
 *	-r FILE, -c FILE	more of them; bounds
 *	constraint NAME …	a bound on a project, whoever wants it
 *	override NAME …		replaces what every project says about NAME
 *	sdist NAME		has no wheel for us: lock its source archive
 *	needs NAME OTHER…	NAME imports what it does not ask for
 *	alias NAME PROVIDER	both ship one module: PROVIDER stands for NAME
 *	slot NAME==VERSION	filled at run time; the version is that of the cpu filling */
#pragma once

#include "py/names.h"
#include "py/requirement.h"

struct report;

/* X(name in C, the word). ORDER py_word */
#define PY_WORDS(X)                 \
	X(WANT, "want")             \
	X(CONSTRAINT, "constraint") \
	X(OVERRIDE, "override")     \
	X(SLOT, "slot")             \
	X(SDIST, "sdist")           \
	X(NEEDS, "needs")           \
	X(ALIAS, "alias")

enum py_word {
#define X(id, word) PY_##id,
	PY_WORDS(X)
#undef X
};

struct py_want {
	enum py_word word;
	struct str name;      /* PEP 503 */
	struct str text;      /* the requirement as written: of the first four words */
	struct requirement r; /* the same, read */
	struct py_names more; /* PEP 503; of the others */
	const char *file;     /* where it stands */
	unsigned line;
};
struct py_wants {
	struct py_want *v;
	size_t n, cap;
	struct arena *a;
	struct report *report; /* told of what is passed over, or NULL */
	bool told_options;     /* of --hash, which is on every line or on none */
};

/* Appends a requirements file's; files that it names are read, too. Everything lives in w->a.
 * Errors say "file:line". */
ATTR_MUST_CHECK errint py_wants_read(struct py_wants *w, const char *file, struct err *err);
/* The same from its text; depth counts files that name files. */
ATTR_MUST_CHECK errint py_wants_text(struct py_wants *w, const char *file, struct str text,
				     unsigned depth, struct err *err);
/* Appends those of a pyproject.toml. minor: of the Python that it must be for. */
ATTR_MUST_CHECK errint py_wants_pyproject(struct py_wants *w, const char *file, unsigned minor,
					  struct err *err);
/* Adds one requirement under a word; for pyproject.toml. */
ATTR_MUST_CHECK errint py_wants_add(struct py_wants *w, enum py_word word, struct str text,
				    const char *file, unsigned line, struct err *err);
/* The first that has this word and name, or NULL. */
const struct py_want *py_wants_find(const struct py_wants *w, enum py_word word, struct str name);
/* The project that stands for this one. */
struct str py_wants_provider(const struct py_wants *w, struct str name);
