/* SPDX-License-Identifier: MIT
 *
 * What there is to ask for by name: the recipes of the project around, if there is one, and the
 * package set. A recipe comes before a package of the same name, as `kiln build` has it. Names are
 * attribute paths, "python3.pkgs.numpy". Nothing is built or fetched for it, and of the set only
 * what is asked for is evaluated. */
#pragma once

#include "project/project.h"

struct catalog;

/* The project is r->dir, or none when that is NULL. r, what it points to, and the arena are
 * borrowed until the end. */
ATTR_MUST_CHECK errint catalog_open(const struct project_request *r, struct arena *a,
				    struct catalog **out, struct err *err);
void catalog_close(struct catalog *c);
void catalog_cleanup(struct catalog **c);

enum catalog_kind {
	CATALOG_RECIPE,  /* of the project */
	CATALOG_PACKAGE, /* of the set */
	CATALOG_SLOT,    /* the same, without files */
};

struct catalog_row {
	struct str attr; /* its name here */
	enum catalog_kind kind;
	struct str name, version, description, homepage, license;
	struct str platforms, outputs; /* words */
	struct str origin;             /* "Debian bash 5.2", "PyPI x.whl", a recipe's file */
	struct str position;           /* file:line where its recipe says what it is, or "" */
	const char *failure;           /* why a recipe is not evaluated, or NULL */
};
/* All of it, sorted by name within recipes, the set, and its Python packages. What of the set is no
 * package, or does not evaluate (its reason is an error of whoever asks for it), is left out. */
ATTR_MUST_CHECK errint catalog_rows(struct catalog *c, struct catalog_row **out, size_t *n,
				    struct err *err);

/* What a name means. */
struct catalog_item {
	struct str attr;
	enum catalog_kind kind;
	struct evaluation *e; /* that it belongs to */
	struct value *value;
};
/* ERR_NOT_FOUND with what may be meant. */
ATTR_MUST_CHECK errint catalog_find(struct catalog *c, const char *name, struct catalog_item *out,
				    struct err *err);
/* ERR_UNSUPPORTED for what is neither a package nor a slot. */
ATTR_MUST_CHECK errint catalog_row_of(struct catalog *c, const struct catalog_item *item,
				      struct catalog_row *out, struct err *err);
/* A shell of the project's shell.nix, of that name or, where that is NULL, its only or `default`
 * one. out->value NULL: there is none of that name. */
ATTR_MUST_CHECK errint catalog_shell(struct catalog *c, const char *file, const char *name,
				     struct catalog_item *out, struct err *err);
/* The folder of the project, or NULL. */
const char *catalog_project(const struct catalog *c);
/* The value that `text`, a file below pkgs/ with a function of the set, makes of a value; what the
 * programs of this room ask the set for has a file of its own there. */
ATTR_MUST_CHECK errint catalog_ask(struct catalog *c, const char *file, struct value *v,
				   struct value **out, struct err *err);

/* What the set says of Debian's packages, and the project's recipes of the paths that they make, as
 * JSON for component_facts_parse(). Recipes that do not evaluate are left out. */
ATTR_MUST_CHECK errint catalog_facts(struct catalog *c, struct str *json, struct err *err);

/* A row that words were looked for in. */
struct catalog_hit {
	const struct catalog_row *row;
	unsigned rank;          /* smaller is nearer */
	bool slip;              /* it only is called almost like the words */
	const struct str *also; /* the same package under these names, too */
	size_t n_also;
};
/* Those in which every word is found, the nearest first: in names before descriptions before where
 * it comes from. Where nothing is found, names that are a slip away. No words find all. */
void catalog_search(struct arena *a, const struct catalog_row *v, size_t n,
		    const char *const *words, size_t n_words, struct catalog_hit **out,
		    size_t *n_out);
