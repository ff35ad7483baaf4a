/* SPDX-License-Identifier: MIT
 *
 * kiln lock python --check: reads and compares, and asks nobody. */
#include "project/python_lock_int.h"

enum { SHOWN = 4 };

errint python_lock_check(struct session *s, const struct python_request *r, struct arena *a,
			 struct err *err)
{
	struct python_work w = {.s = s, .r = r, .a = a};
	struct py_misfits misfits = {0};
	errint rc = python_work_open(&w, err);

	if (rc)
		return rc;
	if (!w.there) {
		err_set(err, ERR_NOT_FOUND, "there is no lock '%s'", w.file);
		return err_hint(err, "'kiln lock python' makes it");
	}
	struct py_stack stack = python_stack(&w, &w.old);
	py_fit(&stack, a, &misfits);
	if (!misfits.n)
		return 0;
	err_set(err, ERR_DIFFERS, "'%s' does not fit %s", w.file, w.what);
	for (size_t i = 0; i < MIN(misfits.n, (size_t)SHOWN); i++)
		err_detail(err, "%.*s: %.*s", STR_ARG(misfits.v[i].where),
			   STR_ARG(misfits.v[i].what));
	if (misfits.n > SHOWN)
		err_detail(err, "and %zu more", misfits.n - SHOWN);
	return err_hint(err, "'kiln lock python%s%s' finds versions that fit",
			r->release ? " --release " : "", r->release ? r->release : "");
}
