/* SPDX-License-Identifier: MIT
 *
 * From what somebody asks for to store paths:
 *
 *	asked -> project_resolve() -> found -> project_products() -> products
 *	      -> project_plan(), project_realise()
 *
 * A project is the folder that holds `.flox/pkgs` with its recipes. What is asked may as well be an
 * expression, a file, a flake's output, a slot's filling or a path. Results are data; what links
 * are made and what is printed is the caller's business. */
#pragma once

#include "project/evaluation.h"
#include "project/project_set.h"

/* The project of a folder: itself or the nearest above that has .flox/pkgs. dir NULL is the working
 * folder. malloc'd; ERR_NOT_FOUND with the cure. */
ATTR_MUST_CHECK errint project_find(const char *dir, char **out, struct err *err);

/* ORDER asked_kind: kept evaluations have the numbers. */
enum asked_kind {
	ASKED_RECIPE, /* text: its name, or NULL: every recipe of the project */
	ASKED_EXPR,
	ASKED_FILE,  /* "-": standard input */
	ASKED_FLAKE, /* "REF#NAME" */
	ASKED_SLOT,  /* "torch=cpu" */
	ASKED_SET,  /* an attribute path of the set that the project's recipes see, or kiln's own */
	ASKED_PATH, /* a .drv or another store path, or a link to one */
};

struct asked {
	enum asked_kind kind;
	const char *text;
	/* These outputs alone; 0: what the derivation says is to be installed, all of a .drv. */
	const struct str *outputs;
	size_t n_outputs;
	bool check;      /* of a recipe: not it, but what checks it */
	bool or_package; /* what no recipe is called is an attribute path of the set */
};

struct project_request {
	struct session *session;
	const char *dir; /* the project, for recipes */
	const struct eval_request *eval;
	unsigned flags; /* enum evaluation_flags */
	/* What the project pins, for whom the set is evaluated; NULL: not looked for. */
	const struct set_pin *pin;
	bool fresh;           /* evaluate, whatever is remembered */
	const char *exported; /* dir is in this tree of all that git tracks: git is not asked */
	bool keep_going;      /* a recipe that does not evaluate is a found one with its failure */
};

/* What became of one asked thing; every recipe is one of its own. */
struct resolved {
	enum asked_kind kind;
	struct str label; /* a recipe's name, an attribute path of the set; else "" */
	struct drv_ref *drvs;
	size_t n;
	struct str path;    /* ASKED_PATH that is no .drv */
	struct err failure; /* code 0: none */
};
struct resolved_list {
	struct resolved *v;
	size_t n, cap;
};
void resolved_list_release(struct resolved_list *l);

/* Evaluates, or answers with what an earlier evaluation found as long as nothing that it depends on
 * has changed. In the order of asking. Strings live in the arena; *out is released also after a
 * failure. */
ATTR_MUST_CHECK errint project_resolve(const struct project_request *r, const struct asked *v,
				       size_t n, struct arena *a, struct resolved_list *out,
				       struct err *err);

/* A derivation's wanted outputs, or a path. */
struct product {
	const struct resolved *found;
	size_t index; /* among those of found */
	struct str name;
	struct build_wanted wanted; /* of a .drv: the names, always all that are wanted */
	struct str *paths;          /* of wanted.outputs; of a path: itself */
	size_t n_paths;
};
/* What building would give, whether it is there or not. ERR_NOT_FOUND for an output that is none.
 */
ATTR_MUST_CHECK errint project_products(struct session *s, struct arena *a,
					const struct resolved_list *found, struct product **out,
					size_t *n, struct err *err);

/* The sandbox's /bin/sh, into s->shell; looked for once. */
ATTR_MUST_CHECK errint project_find_shell(struct session *s, struct err *err);

/* o has what the caller chooses for itself; the settings, the built-in builders and the sandbox's
 * shell are filled in. */
ATTR_MUST_CHECK errint project_plan(struct session *s, struct arena *a,
				    const struct build_wanted *w, size_t n,
				    const struct build_options *o, struct build_plan *out,
				    struct err *err);
/* Makes everything wanted valid, as build_paths(). What the machine's store has beside the user's
 * own is left there; project_realise_here() makes it in the session's store all the same, for
 * whoever looks into it. */
ATTR_MUST_CHECK errint project_realise(struct session *s, const struct build_wanted *w, size_t n,
				       const struct build_options *o, struct err *err);
ATTR_MUST_CHECK errint project_realise_here(struct session *s, const struct build_wanted *w,
					    size_t n, const struct build_options *o,
					    struct err *err);
