/* SPDX-License-Identifier: MIT
 *
 * The files of a work tree whose branch was moved. `git read-tree -m -u` takes them from one commit
 * to the other and refuses where a file is changed; after a kill midway some are as the new commit
 * has them, and git takes those for changes. */
#include "release/moves_int.h"

static errint names_of(struct release *r, const char *commit, struct buf *out, struct err *err)
{
	const char *const args[] = {"diff", "--name-only", "-z", "--ignore-submodules",
				    commit, "--",          NULL};

	return git_program(&r->place, args, out, err);
}

static bool among(struct str list, struct str name)
{
	struct str item;

	while (str_split(&list, '\0', &item))
		if (item.n && str_eq(item, name))
			return true;
	return false;
}

/* A file that is neither as the one commit has it nor as the other. */
static errint find_foreign(struct release *r, const char *was, const char *to, struct str *out,
			   struct err *err)
{
	BUF(old, LIMIT_TOOL_OUTPUT);
	BUF(new, LIMIT_TOOL_OUTPUT);
	errint rc = names_of(r, was, &old, err);

	if (!rc)
		rc = names_of(r, to, &new, err);
	if (rc)
		return rc;
	struct str rest = buf_str(&new), name;
	*out = S("");
	while (!out->n && str_split(&rest, '\0', &name))
		if (name.n && among(buf_str(&old), name))
			*out = arena_str(&r->a, name);
	return 0;
}

errint release_follow(struct release *r, const char *was, const char *to, struct err *err)
{
	const char *const step[] = {"read-tree", "-m", "-u", was, to, NULL};
	const char *const set[] = {"read-tree", "--reset", "-u", to, NULL};
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct str foreign;
	ERR(first);

	if (!*was || !git_program(&r->place, step, &text, &first))
		return 0;
	if (first.code != ERR_FAILED)
		return err_move(err, &first);
	errint rc = find_foreign(r, was, to, &foreign, err);
	if (rc)
		return rc;
	if (!foreign.n)
		return git_program(&r->place, set, &text, err);
	err_move(err, &first);
	err_wrap(err, "the files of '%s' do not follow, since '%.*s' is changed", r->place.top,
		 STR_ARG(foreign));
	return err_hint(err, "git stash, run it again, and git stash pop");
}
