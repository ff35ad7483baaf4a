/* SPDX-License-Identifier: MIT
 *
 * Bringing locked files to read them. */
#include "project/python_metadata.h"

#include "base/file.h"
#include "py/peek.h"
#include "source/ladder.h"
#include "store/store.h"

errint python_open(struct session *s, struct str project, const struct py_file *f, struct arena *a,
		   int *out, struct err *err)
{
	struct hash hash;
	struct brought got = {0};
	errint rc = hash_parse(f->sha256, HASH_SHA256, &hash, err);
	struct bring what = {
		.type = S("file"),
		.name = f->name,
		.url = str_c(arena_printf(a, "mirror://pypi/%.*s/%.*s", STR_ARG(project),
					  STR_ARG(f->name))),
		.expect = &hash,
		.flat = true,
	};

	if (!rc)
		rc = ladder_bring(session_ladder(s), &what, a, &got, err);
	if (rc)
		return rc;
	return open_file(AT_FDCWD,
			 got.source.n ? arena_strz(a, got.source)
				      : arena_printf(a, "%s%.*s", store_config(s->store)->root,
						     STR_ARG(got.store_path)),
			 out, err);
}

errint python_metadata(struct session *s, const struct py_stack *stack, struct arena *a,
		       struct py_row *row, struct err *err)
{
	/* x86_64's, where it has one: the last */
	const struct py_file *f = &row->files[row->n_files - 1];
	struct wheel_metadata m;
	int fd CLEANUP_FD = -1;
	errint rc = python_open(s, row->name, f, a, &fd, err);

	if (!rc)
		rc = peek_metadata(fd, !str_ends(f->name, S(".whl")), a, &m, &row->build, err);
	if (rc)
		return err_wrap(err, "reading '%.*s'", STR_ARG(f->name));
	py_row_about(stack, a, &m, &row->about);
	return 0;
}
