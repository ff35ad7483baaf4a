/* SPDX-License-Identifier: MIT
 *
 * Which services are meant, and which of them come first. */
#include "service/service_int.h"

#include <stdlib.h>
#include "base/suggest.h"

static bool find(const struct service_spec *specs, size_t n, const char *name, size_t *out)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(specs[i].name, name) != 0)
			continue;
		*out = i;
		return true;
	}
	return false;
}

static errint unknown(const struct service_spec *specs, size_t n, const char *name, struct err *err)
{
	struct suggestion near = suggestion_for(str_c(name));

	for (size_t i = 0; i < n; i++)
		suggestion_offer(&near, str_c(specs[i].name));
	errint rc = err_set(err, ERR_NOT_FOUND, "there is no service '%s'", name);
	(void)!suggestion_hint(&near, err);
	return rc;
}

static errint add_needed(const struct service_spec *specs, size_t n, bool *in, struct err *err)
{
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			for (size_t j = 0; in[i] && j < specs[i].n_depends; j++) {
				const char *name = specs[i].depends[j].service;
				size_t at;

				if (!find(specs, n, name, &at)) {
					errint rc = unknown(specs, n, name, err);

					(void)!rc;
					return err_wrap(err, "service '%s' depends on '%s'",
							specs[i].name, name);
				}
				more |= !in[at];
				in[at] = true;
			}
		}
	}
	return 0;
}

errint services_select(const struct service_spec *specs, size_t n, const char *const *names,
		       size_t n_names, bool with_needed, struct arena *a, size_t **out,
		       size_t *n_out, struct err *err)
{
	bool *in CLEANUP_FREE = xcalloc(n + 1, sizeof(*in));
	size_t at, kept = 0;
	errint rc = 0;

	for (size_t i = 0; i < n; i++)
		in[i] = n_names == 0;
	for (size_t i = 0; i < n_names; i++) {
		if (!find(specs, n, names[i], &at))
			return unknown(specs, n, names[i], err);
		in[at] = true;
	}
	if (with_needed)
		rc = add_needed(specs, n, in, err);
	if (rc)
		return rc;
	*out = ARENA_ARRAY(a, size_t, n + 1);
	for (size_t i = 0; i < n; i++)
		if (in[i])
			(*out)[kept++] = i;
	*n_out = kept;
	return 0;
}

errint service_levels(const struct service_task *tasks, size_t n, unsigned *levels, struct err *err)
{
	memset(levels, 0, n * sizeof(*levels));
	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < n; i++) {
			const struct service_spec *s = tasks[i].spec;

			for (size_t j = 0; j < s->n_depends; j++) {
				for (size_t k = 0; k < n; k++) {
					if (strcmp(tasks[k].spec->name, s->depends[j].service) ||
					    levels[i] > levels[k])
						continue;
					levels[i] = levels[k] + 1;
					more = true;
				}
			}
			if (levels[i] > n)
				return err_set(err, ERR_FAILED,
					       "service '%s' depends on itself, by way of others",
					       s->name);
		}
	}
	return 0;
}
