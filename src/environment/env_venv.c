/* SPDX-License-Identifier: MIT
 *
 * A venv in an environment's cache was made with the python of one generation, and would see that
 * one's packages for ever. With each new generation it is made to lead to that one's. */
#include <stdlib.h>
#include <unistd.h>
#include "base/file.h"
#include "base/report.h"
#include "environment/environment_int.h"
#include "store/store.h"

enum { VENV_DEPTH = 2 };

struct venv {
	struct session *s;
	const struct environment *env;
	const char *folder;
	struct str was; /* the profile that it leads to */
};

/* The profile of `home = /nix/store/…-environment/bin`; false for what is no venv of a profile. */
static bool profile_of(const struct venv *v, struct str text, struct str *out)
{
	struct str rest = text, line, key, value, top, below;

	while (str_split(&rest, '\n', &line)) {
		if (!str_cut(line, '=', &key, &value) || !str_eqz(str_trim(key), "home"))
			continue;
		value = str_trim(value);
		if (!store_path_split(store_dir(v->s->store), value, &top, &below) ||
		    !str_eqz(below, "/bin") || !str_eqz(store_path_name(top), "environment"))
			return false;
		*out = top;
		return true;
	}
	return false;
}

/* Has the environment the Python that the venv is for? */
static bool has_its_python(const struct venv *v)
{
	char *lib CLEANUP_FREE = xasprintf("%s/lib", v->folder);
	char *profile CLEANUP_FREE = store_real_path(v->s->store, v->env->profile);
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);

	if (dir_list(AT_FDCWD, lib, &list, &none))
		return false;
	for (size_t i = 0; i < list.n; i++) {
		char *name CLEANUP_FREE = path_join(S("bin"), str_c(list.v[i].name));
		char *program CLEANUP_FREE = path_join(str_c(profile), str_c(name));

		if (str_starts(str_c(list.v[i].name), S("python")) && access(program, F_OK) == 0)
			return true;
	}
	return false;
}

static void put_replaced(struct buf *b, const struct venv *v, struct str text)
{
	ptrdiff_t at;

	while ((at = str_find(text, v->was)) >= 0) {
		buf_put(b, text.p, (size_t)at);
		buf_puts(b, v->env->profile);
		text = str_skip(text, (size_t)at + v->was.n);
	}
	buf_puts(b, text);
}

static errint move_links(const struct venv *v, struct err *err)
{
	char *bin CLEANUP_FREE = xasprintf("%s/bin", v->folder);
	struct dir_list list CLEANUP(dir_list_release) = {0};
	errint rc = dir_list(AT_FDCWD, bin, &list, err);

	for (size_t i = 0; !rc && i < list.n; i++) {
		char *link CLEANUP_FREE = path_join(str_c(bin), str_c(list.v[i].name));
		char *target CLEANUP_FREE = NULL;
		BUF(text, LIMIT_PATH_TEXT);
		ERR(none);

		if (read_link(AT_FDCWD, link, &target, &none) || !str_starts(str_c(target), v->was))
			continue;
		put_replaced(&text, v, str_c(target));
		rc = file_symlink(buf_z(&text), AT_FDCWD, link, err);
	}
	return rc;
}

static errint follow(struct venv *v, struct err *err)
{
	char *file CLEANUP_FREE = xasprintf("%s/pyvenv.cfg", v->folder);
	BUF(text, LIMIT_SMALL_FILE);
	BUF(made, LIMIT_SMALL_FILE);
	errint rc = file_read(AT_FDCWD, file, &text, err);

	if (rc || !profile_of(v, buf_str(&text), &v->was) || str_eq(v->was, v->env->profile))
		return rc;
	if (!has_its_python(v)) {
		report_msg(v->s->report, REPORT_WARN,
			   "the venv '%s' is of a Python that the environment no longer has: it "
			   "keeps that of '%.*s' until it is made anew",
			   v->folder, STR_ARG(v->was));
		return 0;
	}
	put_replaced(&made, v, buf_str(&text));
	rc = buf_check(&made, "pyvenv.cfg", err);
	/* The file comes last: until then it is done again. */
	if (!rc)
		rc = move_links(v, err);
	return rc ? rc : file_write(AT_FDCWD, file, buf_str(&made), 0644, 0, err);
}

static void look_into(struct session *s, const struct environment *env, const char *folder,
		      unsigned depth)
{
	struct dir_list list CLEANUP(dir_list_release) = {0};
	ERR(none);

	if (dir_list(AT_FDCWD, folder, &list, &none))
		return;
	for (size_t i = 0; i < list.n; i++) {
		char *path CLEANUP_FREE = path_join(str_c(folder), str_c(list.v[i].name));
		char *file CLEANUP_FREE = path_join(str_c(path), S("pyvenv.cfg"));
		struct venv v = {.s = s, .env = env, .folder = path};
		struct stat st;
		ERR(err);

		if (lstat(path, &st) || !S_ISDIR(st.st_mode))
			continue;
		if (access(file, F_OK)) {
			if (depth < VENV_DEPTH)
				look_into(s, env, path, depth + 1);
		} else if (follow(&v, &err)) {
			report_msg(s->report, REPORT_WARN, "the venv '%s' stays as it was: %s",
				   path, err.msg);
		}
	}
}

void env_venvs_follow(struct session *s, const struct environment *env)
{
	if (env->profile.n)
		look_into(s, env, env->cache_dir.p, 1);
}
