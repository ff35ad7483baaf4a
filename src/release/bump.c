/* SPDX-License-Identifier: MIT
 *
 * The build file is JSON that people edit, too: what is there keeps its place, members that are
 * missing come to its end. */
#include "release/bump.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"

errint release_check_clean(struct release *r, struct err *err)
{
	struct str first;
	bool dirty;
	errint rc = git_program_dirty(&r->place, &r->a, &dirty, &first, err);

	if (rc || !dirty)
		return rc;
	err_set(err, ERR_MISMATCH, "there are changes that are not committed: '%.*s'",
		STR_ARG(first));
	return err_hint(err, "commit them, or set them aside: git stash");
}

errint release_commit(struct release *r, const char *message, struct err *err)
{
	const char *const args[] = {"commit", "--quiet", "--all", "--message", message, NULL};
	BUF(text, LIMIT_TOOL_OUTPUT);

	return git_program(&r->place, args, &text, err);
}

static void put_member(struct buf *b, bool *first, struct str key, struct str value)
{
	buf_putz(b, *first ? "\n  " : ",\n  ");
	json_put_str(b, key);
	buf_putz(b, ": ");
	buf_puts(b, value);
	*first = false;
}

struct new_member {
	struct str key, value; /* value: JSON; "" to leave what is there */
	bool put;
};

/* Two blanks a member, as such files are written. */
static void put_object(struct buf *b, const struct json_member *v, size_t n, struct new_member *new,
		       size_t n_new)
{
	bool first = true;

	buf_putc(b, '{');
	for (size_t i = 0; i < n; i++) {
		struct str value = v[i].value;

		for (size_t k = 0; k < n_new; k++)
			if (str_eq(new[k].key, v[i].key) && new[k].value.n) {
				value = new[k].value;
				new[k].put = true;
			}
		put_member(b, &first, v[i].key, value);
	}
	for (size_t k = 0; k < n_new; k++)
		if (!new[k].put &&new[k].value.n)
			put_member(b, &first, new[k].key, new[k].value);
	buf_putz(b, "\n}\n");
}

static struct str quoted(struct arena *a, const char *text)
{
	BUF(b, LIMIT_ERR_TEXT);

	json_put_str(&b, str_c(text));
	return arena_str(a, buf_str(&b));
}

static errint read_build(struct release *r, const char *file, struct json_member **v, size_t *n,
			 uint64_t *build, struct err *err)
{
	BUF(text, LIMIT_SMALL_FILE);
	ERR(absent);

	*v = NULL;
	*n = 0;
	*build = 0;
	if (file_read(AT_FDCWD, file, &text, &absent))
		return absent.code == ERR_NOT_FOUND ? 0 : err_move(err, &absent);
	errint rc = json_members(&r->a, arena_str(&r->a, buf_str(&text)), v, n, err);
	if (rc)
		return err_wrap(err, "'%s'", file);
	const struct str *old = json_find(*v, *n, S("build_version"));
	if (old && !str_to_u64(*old, build))
		return err_set(err, ERR_CORRUPT, "'%s': 'build_version' is no number", file);
	return 0;
}

static errint write_build(struct release *r, const char *file, struct str text, struct err *err)
{
	const char *const add[] = {"add", "--", file, NULL};
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(file)));
	BUF(said, LIMIT_TOOL_OUTPUT);
	errint rc = mkdir_p(AT_FDCWD, dir, 0755, err);

	if (!rc)
		rc = file_write(AT_FDCWD, file, text, 0644, 0, err);
	return rc ? rc : git_program(&r->place, add, &said, err);
}

errint release_bump(struct release *r, const char *message, uint64_t *build, struct err *err)
{
	const char *file = arena_printf(&r->a, "%s/%s", r->config.project, r->config.build);
	struct json_member *v;
	char head[GIT_ID_MAX];
	struct git_repo *repo;
	struct release_version version;
	size_t n;
	errint rc = release_check_clean(r, err);

	if (!rc)
		rc = release_repo(r, &repo, err);
	if (!rc)
		rc = git_repo_commit(repo, "HEAD", head, err);
	if (!rc)
		rc = release_version(r, head, &r->a, &version, err);
	if (!rc)
		rc = read_build(r, file, &v, &n, build, err);
	if (rc)
		return rc;
	++*build;
	struct new_member new[] = {
		{S("build_version"), str_c(arena_printf(&r->a, "%llu", (unsigned long long)*build)),
		 false},
		{S("git_rev"), quoted(&r->a, head), false},
		{S("git_rev_short"), quoted(&r->a, arena_printf(&r->a, "%.7s", head)), false},
		{S("changelog"), message ? quoted(&r->a, message) : S(""), false},
	};
	BUF(text, LIMIT_SMALL_FILE);
	put_object(&text, v, n, new, ARRAY_LEN(new));
	rc = buf_check(&text, "build file", err);
	if (!rc)
		rc = write_build(r, file, buf_str(&text), err);
	const char *what = version.version.n ? arena_strz(&r->a, version.version) : "it";
	return rc ? rc
		  : release_commit(r,
				   arena_printf(&r->a, "build %llu of %s%s%s",
						(unsigned long long)*build, what,
						message ? "\n\n" : "", message ? message : ""),
				   err);
}
