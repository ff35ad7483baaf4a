/* SPDX-License-Identifier: MIT
 *
 * A library path for a shared library. What is written is patchelf's, decision by decision, as the
 * bytes are part of what outputs hash to: the text goes into the old one's place where it fits, and
 * else to the end of a .dynstr that moves; an entry that is new stands first in .dynamic. */
#include "job/patchelf_int.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/file.h"

struct library {
	struct object o;
	struct object_section *dynamic, *dynstr;
	Elf64_Dyn *dyn; /* in the map */
	size_t n_dyn;   /* with DT_NULL */
	Elf64_Dyn *rpath, *runpath;
	struct str path; /* the new one */
	bool force_rpath;
};

/* Entries up to the first DT_NULL, which must be within the section. */
static bool find_dynamic(struct library *l)
{
	l->dynamic = object_find(&l->o, ".dynamic");
	l->dynstr = object_find(&l->o, ".dynstr");
	if (!l->dynamic || !l->dynstr || l->dynamic->h.sh_type == SHT_NOBITS ||
	    l->dynstr->h.sh_type == SHT_NOBITS || l->dynamic->h.sh_offset % 8)
		return false;
	size_t n = l->dynamic->h.sh_size / sizeof(*l->dyn);
	l->dyn = (Elf64_Dyn *)object_at(&l->o, l->dynamic->h.sh_offset, n * sizeof(*l->dyn));
	for (size_t i = 0; l->dyn && i < n; i++) {
		Elf64_Dyn *d = &l->dyn[i], **of = NULL;

		if (d->d_tag == DT_NULL) {
			l->n_dyn = i + 1;
			return !(l->rpath && l->runpath);
		}
		if (d->d_tag == DT_RPATH)
			of = &l->rpath;
		else if (d->d_tag == DT_RUNPATH)
			of = &l->runpath;
		if (of && *of)
			return false;
		if (of)
			*of = d;
	}
	return false;
}

/* ---- does something else use the old text? ---- */

/* From where to where in .dynstr a text ends as it does. */
struct uses {
	uint64_t first, last;
	size_t n;
};

static void use(struct uses *u, uint64_t at)
{
	u->n += at >= u->first && at <= u->last;
}

static bool use_needed_versions(struct library *l, struct uses *u)
{
	const struct object_section *s = object_find(&l->o, ".gnu.version_r");
	uint64_t at = s ? s->h.sh_offset : 0, step = 1;

	while (s && l->o.s + s->h.sh_link == l->dynstr && step) {
		const Elf64_Verneed *v = (void *)object_at(&l->o, at, sizeof(*v));

		if (!v || at % 4)
			return false;
		use(u, v->vn_file);
		for (uint64_t k = at, more = v->vn_aux; more;) {
			k += more;
			const Elf64_Vernaux *name = (void *)object_at(&l->o, k, sizeof(*name));
			if (!name || k % 4)
				return false;
			use(u, name->vna_name);
			more = name->vna_next;
		}
		step = v->vn_next;
		at += step;
	}
	return true;
}

static bool use_own_versions(struct library *l, struct uses *u)
{
	const struct object_section *s = object_find(&l->o, ".gnu.version_d");
	uint64_t at = s ? s->h.sh_offset : 0, step = 1;

	while (s && l->o.s + s->h.sh_link == l->dynstr && step) {
		const Elf64_Verdef *v = (void *)object_at(&l->o, at, sizeof(*v));

		if (!v || at % 4)
			return false;
		for (uint64_t k = at, more = v->vd_aux; more;) {
			k += more;
			const Elf64_Verdaux *name = (void *)object_at(&l->o, k, sizeof(*name));
			if (!name || k % 4)
				return false;
			use(u, name->vda_name);
			more = name->vda_next;
		}
		step = v->vd_next;
		at += step;
	}
	return true;
}

static bool use_symbols(struct library *l, struct uses *u)
{
	const struct object_section *s = object_find(&l->o, ".dynsym");
	size_t n = s ? s->h.sh_size / sizeof(Elf64_Sym) : 0;
	const Elf64_Sym *v = s ? (void *)object_at(&l->o, s->h.sh_offset, n * sizeof(*v)) : NULL;

	if (s && (!v || s->h.sh_offset % 8))
		return false;
	for (size_t i = 0; i < n; i++)
		use(u, v[i].st_name);
	return true;
}

/* All of the section counts, also what is behind its end. */
static void use_dynamic(struct library *l, struct uses *u)
{
	for (size_t i = 0; i < l->dynamic->h.sh_size / sizeof(*l->dyn); i++)
		switch (l->dyn[i].d_tag) {
		case DT_NEEDED:
		case DT_SONAME:
		case DT_RPATH:
		case DT_RUNPATH:
			use(u, l->dyn[i].d_un.d_val);
		}
}

/* The old text in .dynstr; *shared: something else is a part of it. */
static bool find_old(struct library *l, const Elf64_Dyn *d, char **text, size_t *n, bool *shared)
{
	const Elf64_Shdr *h = &l->dynstr->h;
	const char *table = object_at(&l->o, h->sh_offset, h->sh_size);
	uint64_t at = d->d_un.d_val;
	struct uses u = {.first = at};

	if (!table || at >= h->sh_size || !memchr(table + at, '\0', h->sh_size - at))
		return false;
	*n = strlen(table + at);
	u.last = at + *n;
	while (u.first && table[u.first - 1])
		u.first--;
	if (!use_symbols(l, &u) || !use_own_versions(l, &u) || !use_needed_versions(l, &u))
		return false;
	use_dynamic(l, &u);
	*shared = u.n > 1;
	*text = object_change(&l->o, h->sh_offset + at, *n + 1);
	return *text && u.n;
}

/* ---- the edit ---- */

/* Where no entry has a path: .dynamic grows by one. */
static bool add_entry(struct library *l, uint64_t at)
{
	size_t size = l->dynamic->h.sh_size;
	Elf64_Dyn d = {.d_tag = l->force_rpath ? DT_RPATH : DT_RUNPATH, .d_un.d_val = at};
	char *bytes = object_replace(&l->o, l->dynamic, size + sizeof(d));

	if (!bytes)
		return false;
	memmove(bytes + sizeof(d), bytes, l->n_dyn * sizeof(d));
	memcpy(bytes, &d, sizeof(d));
	return true;
}

static bool append(struct library *l, Elf64_Dyn *entry)
{
	uint64_t at = l->dynstr->h.sh_size;
	char *bytes = object_replace(&l->o, l->dynstr, at + l->path.n + 1);

	if (!bytes)
		return false;
	memcpy(bytes + at, l->path.p, l->path.n);
	if (entry)
		entry->d_un.d_val = at;
	else if (!add_entry(l, at))
		return false;
	return object_rewrite(&l->o);
}

static bool edit_path(struct library *l)
{
	Elf64_Dyn *entry = l->runpath ? l->runpath : l->rpath;
	bool shared;
	char *old;
	size_t n;

	if (!entry)
		return append(l, NULL);
	if (!object_change(&l->o, l->dynamic->h.sh_offset, l->dynamic->h.sh_size) ||
	    !find_old(l, entry, &old, &n, &shared))
		return false;
	entry->d_tag = l->force_rpath ? DT_RPATH : DT_RUNPATH;
	if (str_eq(str_n(old, n), l->path))
		return true;
	if (!shared)
		memset(old, 'X', n);
	if (shared || l->path.n > n)
		return append(l, entry);
	memcpy(old, l->path.p, l->path.n);
	old[l->path.n] = '\0';
	return true;
}

static void library_close(struct library *l)
{
	object_close(&l->o);
}

errint patchelf_library(const char *file, const struct patchelf_edit *edit, bool *done,
			struct err *err)
{
	struct library l CLEANUP(library_close) = {.force_rpath = edit->force_rpath};
	int fd CLEANUP_FD = -1;

	*done = false;
	if (edit->interpreter || edit->extra || !edit->runpath || !*edit->runpath)
		return 0;
	l.path = str_c(edit->runpath);
	fd = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || !object_open(&l.o, fd) || !find_dynamic(&l) || !edit_path(&l))
		return 0;
	*done = true;
	return object_write(&l.o, fd, err);
}
