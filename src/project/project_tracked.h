/* SPDX-License-Identifier: MIT
 *
 * What of a project git tracks: of one in a git repository, nothing else is a source. */
#pragma once

#include "base/arena.h"
#include "eval/eval.h"

struct eval_inputs;
struct report;

/* *out is NULL outside of repositories, where every file counts. What decided it becomes an input
 * (in may be NULL). All of it lives in the arena. */
ATTR_MUST_CHECK errint project_tracked(const char *project, struct arena *a, struct eval_inputs *in,
				       const struct eval_tracked **out, struct err *err);
/* Warns of every file that would be a recipe, were it tracked: those whose name is not in the
 * list. The warning is kept with the inputs. */
ATTR_MUST_CHECK errint project_warn_untracked(const char *project, const struct str *names,
					      size_t n_names, struct eval_inputs *in,
					      struct report *report, struct err *err);
/* Is this file of the machine among them? Where every file counts (NULL), it is. */
bool project_is_tracked(const struct eval_tracked *tracked, const char *path);
/* Warns of a project's Python lock that is there, and no recipe sees. The warning is kept with the
 * inputs. */
void project_warn_untracked_lock(const char *project, const struct eval_tracked *tracked,
				 struct eval_inputs *in, struct report *report);
/* The file of a recipe that is there, malloc'd, or NULL. */
char *project_recipe_file(const char *project, struct str name);
