/* SPDX-License-Identifier: MIT
 *
 * The package set, and the interpreter that it brings. */
#include "doctor/doctor_int.h"

#include <unistd.h>
#include "base/file.h"
#include "project/evaluation.h"
#include "store/store.h"

static void tell_interpreter(struct doctor *d, const struct drv_ref *python)
{
	struct store *s = d->session->store;
	ERR(err);
	bool valid;

	if (store_is_valid(s, python->out_path, &valid, &err)) {
		doctor_tell_err(d, VERDICT_BAD, &err);
		return;
	}
	if (!valid) {
		doctor_tell(d, VERDICT_NOTE, NULL,
			    "%.*s is not in the store yet: the first build brings it",
			    STR_ARG(python->name));
		return;
	}
	char *real CLEANUP_FREE = store_real_path(s, python->out_path);
	char *program CLEANUP_FREE = path_join(str_c(real), S("bin/python3"));
	struct stat st;
	if (lstat(program, &st))
		doctor_tell(d, VERDICT_BAD, "kiln store repair",
			    "%.*s is registered, but '%s' is gone", STR_ARG(python->name), program);
	else
		doctor_tell(d, VERDICT_GOOD, NULL, "%.*s, in '%.*s'", STR_ARG(python->name),
			    STR_ARG(python->out_path));
}

void doctor_python(struct doctor *d)
{
	struct drv_ref *found;
	const char *dir;
	size_t n;
	ERR(err);

	if (session_data_dir(d->session, &dir, &err)) {
		doctor_tell_err(d, VERDICT_BAD, &err);
		return;
	}
	doctor_tell(d, VERDICT_GOOD, NULL, "kiln " KILN_VERSION ", its package set is in '%s'",
		    dir);
	store_set_readonly(d->session->store, true);
	errint rc = evaluation_of_set(d->session, d->a, "python3", NULL, &found, &n, &err);
	store_set_readonly(d->session->store, false);
	if (rc)
		doctor_tell_err(d, VERDICT_BAD, &err);
	else if (n)
		tell_interpreter(d, &found[0]);
}
