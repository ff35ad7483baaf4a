/* SPDX-License-Identifier: MIT
 *
 * From what an audit found to the recipes of a project: where each finding is to be mended, and the
 * edits that mend it where these are certain. An edit is one that the finding's own facts decide on
 * (what a distribution's metadata asks for, which item of a list brought a package), of a literal
 * list or set in the recipe's file, and after it the recipe evaluates to another derivation. */
#pragma once

#include "audit/audit.h"
#include "project/project.h"
#include "recipe/edit.h"

struct mend_recipe {
	struct str name, drv;
	struct str *paths; /* of its outputs */
	size_t n_paths;
	struct str file; /* absolute */
};
struct mend {
	struct session *session;
	struct arena *a;
	const char *project;
	struct resolved_list found;
	struct mend_recipe *v;
	size_t n;
	struct eval_request request;
	struct evaluation e; /* for reading texts */
};

/* The recipes of a project, as they are remembered or evaluated; session, project and arena are
 * borrowed. Those that do not evaluate are none here. m stays where it is, and is released also
 * after a failure. */
ATTR_MUST_CHECK errint mend_open(struct mend *m, struct session *s, const char *project,
				 struct arena *a, struct err *err);
void mend_release(struct mend *m);

/* Fills in recipe and line of the findings that a recipe of the project brought: the nearest on the
 * way to the path, at what names the next one there. */
void mend_places(struct mend *m, struct audit_findings *f);

/* Adds what a recipe's file fetches while it is evaluated, and no hash or revision fixes. A recipe
 * that is not there, or named "", has nothing. */
ATTR_MUST_CHECK errint mend_sources(struct session *s, const char *project, struct str recipe,
				    struct arena *a, struct audit_findings *out, struct err *err);

struct mended {
	const struct audit_finding *finding;
	const char *what; /* "comfyui: pythonRelaxDeps = [ \"numpy\" ]" */
};
/* Edits `files`, in memory, by what mends the findings, and appends to *out (in the arena) what was
 * done. Those that no edit is certain for are left. */
ATTR_MUST_CHECK errint mend_fix(struct mend *m, struct recipe_files *files,
				const struct audit_findings *f, struct mended **out, size_t *n,
				struct err *err);
