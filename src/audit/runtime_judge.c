/* SPDX-License-Identifier: MIT
 *
 * What a process has mapped, judged: it has one torch, one of each library that keeps state for all
 * of it, and nothing of the host but the driver. */
#include "audit/runtime.h"

#include <stdlib.h>
#include "audit/audit_int.h"
#include "audit/libraries.h"
#include "py/native.h"

struct runtime_look {
	struct auditing au; /* for audit_add() */
	struct audit audit;
	const struct runtime_request *r;
	const struct runtime_process *p;
	struct str_set closure; /* of the result and of what fills its slots */
	struct str *homes;      /* folders that have a torch that is mapped */
	size_t n_homes;
};

static struct str store_top(const struct runtime_look *j, struct str path)
{
	struct str top;

	return store_path_split(store_dir(j->r->store), path, &top, NULL) ? top : S("");
}

static void add(struct runtime_look *j, enum audit_rule rule, struct str file, const char *cure,
		struct str subject, const char *text)
{
	audit_add(&j->au, rule, S(""), file, subject, cure, "%s", text);
}

/* ---- torch ---- */

/* "/…/site-packages" of "/…/site-packages/torch/lib/libc10.so"; of one that lies elsewhere, its
 * folder. */
static struct str home_of(struct str path)
{
	ptrdiff_t at = str_find(path, S("/torch/lib/"));

	return at >= 0 ? str_sub(path, 0, (size_t)at) : path_dir(path);
}

static void find_homes(struct runtime_look *j)
{
	j->homes = ARENA_ARRAY(j->r->a, struct str, j->p->n_mapped);
	for (size_t i = 0; i < j->p->n_mapped; i++) {
		struct str path = j->p->mapped[i], home = home_of(path);
		bool known = false;

		if (!native_is_torch(path_base(path)))
			continue;
		for (size_t k = 0; k < j->n_homes; k++)
			known |= str_eq(j->homes[k], home);
		if (!known)
			j->homes[j->n_homes++] = home;
	}
}

/* "torch 2.6.0", as the folder's metadata says. Read as the process sees it. */
static const char *torch_text(struct runtime_look *j, struct str folder)
{
	struct dists found CLEANUP(dists_release) = {0};
	struct arena *a = j->r->a;
	const char *seen = arena_printf(a, "%s/%llu/root%.*s", j->r->proc,
					(unsigned long long)j->r->pid, STR_ARG(folder));
	const struct dist *d;
	ERR(unread);

	if (site_list(j->r->store, a, str_c(seen), &found, &unread))
		return "torch";
	d = dists_find(&found, S("torch"));
	return d ? arena_printf(a, "torch %.*s", STR_ARG(d->version)) : "torch";
}

static bool has_torch(struct runtime_look *j, struct str folder)
{
	return strcmp(torch_text(j, folder), "torch") != 0;
}

static void see_torch(struct runtime_look *j)
{
	struct arena *a = j->r->a;

	find_homes(j);
	if (!j->n_homes)
		add(j, AUDIT_RUN_TORCH, S(""), NULL, S("torch"), "no torch is mapped");
	for (size_t i = 0; i < j->n_homes; i++)
		add(j, i ? AUDIT_RUN_SECOND : AUDIT_RUN_TORCH, j->homes[i], NULL, S("torch"),
		    i ? arena_printf(a, "a second %s is mapped, beside that of '%.*s'",
				     torch_text(j, j->homes[i]), STR_ARG(j->homes[0]))
		      : arena_printf(a, "%s is mapped", torch_text(j, j->homes[i])));
	/* Others on its path wait for who imports them in a process that it starts. */
	for (size_t i = 0; i < j->p->n_sites; i++) {
		bool mapped = false;

		for (size_t k = 0; k < j->n_homes; k++)
			mapped |= str_eq(j->homes[k], j->p->sites[i]);
		if (!mapped && j->n_homes && has_torch(j, j->p->sites[i]))
			add(j, AUDIT_RUN_SECOND, j->p->sites[i],
			    "take it out: pip uninstall torch, or another virtual environment",
			    S("torch"),
			    arena_printf(a, "%s lies on Python's path, too",
					 torch_text(j, j->p->sites[i])));
	}
}

/* ---- libraries ---- */

static void see_copies(struct runtime_look *j)
{
	struct arena *a = j->r->a;

	for (size_t i = 1; i < j->p->n_mapped; i++) {
		struct str base = library_base(a, path_base(j->p->mapped[i]));
		const char *effect = library_two(base);

		for (size_t k = 0; effect && k < i; k++) {
			if (!str_eq(library_base(a, path_base(j->p->mapped[k])), base))
				continue;
			add(j, AUDIT_RUN_SECOND, j->p->mapped[i], NULL, base,
			    arena_printf(a, "a second %.*s is mapped, beside '%.*s': %s",
					 STR_ARG(base), STR_ARG(j->p->mapped[k]), effect));
			/* Two torches cannot work; two of these do, slower. */
			j->au.out->v[j->au.out->n - 1].severity = AUDIT_WARNING;
			break;
		}
	}
}

static bool is_of_host(struct str path)
{
	static const struct str folders[] = {S("/lib/"), S("/lib64/"),       S("/usr/lib"),
					     S("/opt/"), S("/usr/local/"),   S("/usr/bin/"),
					     S("/bin/"), S("/usr/libexec/"), S("/lib32/")};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (str_starts(path, folders[i]))
			return true;
	return false;
}

/* The driver's libraries are the host's own, and so is what these load of themselves. */
static bool is_drivers(struct arena *a, struct str path)
{
	struct str name = library_plain(a, path_base(path));

	return library_is_driver(name) || str_starts(name, S("libnvidia-")) ||
	       str_starts(name, S("libcuda"));
}

/* A virtual environment that it was started from is what its user wanted. */
static bool is_of_sites(const struct runtime_look *j, struct str path)
{
	for (size_t i = 0; i < j->p->n_sites; i++)
		if (str_starts(path, j->p->sites[i]))
			return true;
	return false;
}

static void see_mapped(struct runtime_look *j, struct str path)
{
	struct str top = store_top(j, path);

	if (top.n) {
		if (j->closure.n && !str_set_has(j->closure, top))
			add(j, AUDIT_RUN_FOREIGN, path, NULL, store_path_name(top),
			    arena_printf(j->r->a, "'%.*s' is not of the closure",
					 STR_ARG(store_path_name(top))));
		return;
	}
	if (is_drivers(j->r->a, path))
		return;
	if (is_of_host(path) && !is_of_sites(j, path))
		add(j, AUDIT_RUN_HOST, path, NULL, path_base(path),
		    arena_printf(j->r->a, "'%.*s' is the host's", STR_ARG(path_base(path))));
	else
		add(j, AUDIT_RUN_FOREIGN, path, NULL, path_base(path),
		    arena_printf(j->r->a, "'%.*s' is of no store path", STR_ARG(path_base(path))));
}

/* What fills a slot was not in the result's closure when it was built: it is by now. */
static errint find_closure(struct runtime_look *j, struct err *err)
{
	const struct runtime_process *p = j->p;
	struct str *tops = ARENA_ARRAY(j->r->a, struct str, j->n_homes + p->n_slots + 1);
	size_t n = 0;

	if (!j->r->closure.n)
		return 0;
	tops[n++] = j->r->closure;
	for (size_t i = 0; i < j->n_homes + p->n_slots; i++) {
		struct str top =
			store_top(j, i < j->n_homes ? j->homes[i] : p->slots[i - j->n_homes]);
		bool valid = false;
		errint rc = top.n ? store_is_valid(j->r->store, top, &valid, err) : 0;

		if (rc)
			return rc;
		if (valid)
			tops[n++] = top;
	}
	return store_closure(j->r->store, j->r->a, tops, n, 0, &j->closure, err);
}

errint audit_runtime(const struct runtime_request *r, const struct runtime_process *p,
		     struct audit_findings *out, struct err *err)
{
	struct runtime_look j = {.r = r, .p = p};

	j.audit = (struct audit){.store = r->store, .a = r->a, .slots = r->slots};
	j.au = (struct auditing){.in = &j.audit, .out = out};
	see_torch(&j);
	errint rc = find_closure(&j, err);
	if (rc)
		return rc;
	see_copies(&j);
	for (size_t i = 0; i < p->n_mapped; i++)
		see_mapped(&j, p->mapped[i]);
	for (size_t i = 0; i < p->n_deleted; i++)
		add(&j, AUDIT_RUN_GONE, p->deleted[i], NULL, path_base(p->deleted[i]),
		    arena_printf(r->a, "'%.*s' is there no more",
				 STR_ARG(path_base(p->deleted[i]))));
	audit_sort(out);
	return 0;
}
