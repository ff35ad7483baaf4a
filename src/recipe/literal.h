/* SPDX-License-Identifier: MIT
 *
 * Which literals of a project's files decide on a value: those that hold it are marked, one mark
 * each, on trial, and evaluation shows which marks arrive. */
#pragma once

#include "recipe/source.h"

struct literal {
	struct recipe_edit edit; /* what is to stand there; its text is set by whoever found it */
	struct str from;         /* what stands there */
	unsigned line;
	const char *mark; /* what is tried there */
	const char *sign; /* the part of it that is told again */
	bool quote;       /* an expression: a string takes its place */
	bool own;         /* in the recipe's own file */
	/* found out */
	bool source;  /* it decides on the source that was asked about */
	bool version; /* on the derivation's version */
	bool pname;   /* on its name */
	bool broken;  /* evaluation does without another value there */
};
struct literals {
	struct literal *v;
	size_t n, cap;
};

/* The project's programs as they are read for a trial. */
struct recipe_program {
	struct str path;
	struct syntax syntax;
};
struct recipe_programs {
	struct recipe_program *v;
	size_t n;
};
ATTR_MUST_CHECK errint programs_read(struct trial *t, struct arena *a, struct recipe_programs *out,
				     struct err *err);

/* Where `from` stands alone in literals, to become `to`. Places that are found already are left
 * out. */
void literals_find_text(const struct recipe_programs *p, struct str from, struct str to,
			struct arena *a, struct literals *out);
/* Where a hash stands in any spelling. What it is to become is set by literal_set_hash(). */
void literals_find_hash(const struct recipe_programs *p, const struct hash *h, struct arena *a,
			struct literals *out);
/* In the spelling of what stands there. */
void literal_set_hash(struct literal *l, const struct hash *h, struct arena *a);

struct literals_probe {
	struct session *s;
	struct recipe_files *f;
	const char *recipe;
	const struct recipe_edit *edits; /* that are made in any case */
	size_t n_edits;
	const struct recipe_source *src; /* found again by its hash */
	const char *url;                 /* or, where hashes are asked about, by its URL */
};
/* Fills what is to be found out. */
ATTR_MUST_CHECK errint literals_probe(const struct literals_probe *p, struct literals *l,
				      struct err *err);
