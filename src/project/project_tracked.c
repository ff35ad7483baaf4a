/* SPDX-License-Identifier: MIT
 *
 * From git's index to what an evaluation of recipes sees. */
#include "project/project_tracked.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "git/git_tracked.h"
#include "memo/inputs.h"

static void note_inputs(struct eval_inputs *in, const struct git_tracked *t)
{
	for (size_t i = 0; i < t->n_seen; i++) {
		const struct git_seen *s = &t->seen[i];

		if (s->type == S_IFREG)
			input_file(in, s->path, s->path.p, s->bytes);
		else
			input_type(in, s->path, s->path.p, s->type ? s->type : TYPE_NOTHING);
	}
}

errint project_tracked(const char *project, struct arena *a, struct eval_inputs *in,
		       const struct eval_tracked **out, struct err *err)
{
	struct git_tracked t CLEANUP(git_tracked_release) = {0};
	struct eval_tracked *tracked;
	struct str *files;
	errint rc = git_tracked(project, a, &t, err);

	if (rc)
		return err_wrap(err, "asking Git for the files of '%s'", project);
	note_inputs(in, &t);
	*out = NULL;
	if (!t.top.n)
		return 0;
	files = ARENA_ARRAY(a, struct str, t.n + 1);
	if (t.n)
		memcpy(files, t.files, t.n * sizeof(*files));
	tracked = ARENA_NEW(a, struct eval_tracked);
	*tracked = (struct eval_tracked){.top = t.top, .files = files, .n = t.n};
	*out = tracked;
	return 0;
}

/* ---- recipes that are not ---- */

char *project_recipe_file(const char *project, struct str name)
{
	static const char *const forms[] = {"%s/.flox/pkgs/%.*s.nix",
					    "%s/.flox/pkgs/%.*s/default.nix"};

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		char *file CLEANUP_FREE = xasprintf(forms[i], project, STR_ARG(name));

		if (access(file, F_OK) == 0)
			return STEAL(file);
	}
	return NULL;
}

static bool is_among(struct str name, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(names[i], name))
			return true;
	return false;
}

errint project_warn_untracked(const char *project, const struct str *names, size_t n_names,
			      struct eval_inputs *in, struct report *report, struct err *err)
{
	struct dir_list l CLEANUP(dir_list_release) = {0};
	char *dir CLEANUP_FREE = path_join(str_c(project), S(".flox/pkgs"));
	errint rc = dir_list(AT_FDCWD, dir, &l, err);

	for (size_t i = 0; !rc && i < l.n; i++) {
		struct str name = str_drop_suffix(str_c(l.v[i].name), S(".nix"));
		char *file CLEANUP_FREE = project_recipe_file(project, name);
		BUF(text, LIMIT_ERR_TEXT);

		if (!file || is_among(name, names, n_names))
			continue;
		buf_printf(
			&text,
			"recipe '%.*s' is left out, since Git does not track it: git add -N '%s'",
			STR_ARG(name), file);
		report_msg(report, REPORT_WARN, "%s", buf_z(&text));
		input_message(in, REPORT_WARN, buf_str(&text));
	}
	return rc;
}

bool project_is_tracked(const struct eval_tracked *tracked, const char *path)
{
	char *real CLEANUP_FREE = tracked ? realpath(path, NULL) : NULL;

	if (!real)
		return true;
	struct str name = str_drop_prefix(str_c(real), tracked->top);
	return is_among(str_drop_prefix(name, S("/")), tracked->files, tracked->n);
}

void project_warn_untracked_lock(const char *project, const struct eval_tracked *tracked,
				 struct eval_inputs *in, struct report *report)
{
	char *file CLEANUP_FREE = path_join(str_c(project), S(".flox/python.lock"));
	BUF(text, LIMIT_ERR_TEXT);

	if (!tracked || access(file, F_OK) || project_is_tracked(tracked, file))
		return;
	buf_printf(&text, "'%s' is left out, since Git does not track it: git add -N '%s'", file,
		   file);
	report_msg(report, REPORT_WARN, "%s", buf_z(&text));
	input_message(in, REPORT_WARN, buf_str(&text));
}
