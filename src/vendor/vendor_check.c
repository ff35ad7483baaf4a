/* SPDX-License-Identifier: MIT
 *
 * Looking at what is there: hashes on all processors, and what the lists say of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "base/thread.h"
#include "git/git_tracked.h"
#include "source/vendored.h"
#include "store/path_map.h"
#include "vendor/vendor_int.h"

enum { CHUNK = 1 << 20, THREADS_MAX = 64 };

const char *vendor_finding_text(enum vendor_finding f)
{
	static const char *const texts[] = {
#define X(id, text) text,
		VENDOR_FINDINGS(X)
#undef X
	};

	return texts[f];
}

void vendor_note(struct vendor_result *r, struct arena *a, struct str file,
		 enum vendor_finding finding, uint64_t size)
{
	if (r->n == r->cap) {
		size_t cap = 2 * r->cap + 16;
		struct vendor_row *more = ARENA_ARRAY(a, struct vendor_row, cap);

		if (r->n)
			memcpy(more, r->v, r->n * sizeof(*more));
		r->v = more;
		r->cap = cap;
	}
	r->v[r->n++] = (struct vendor_row){file, finding, size};
}

errint vendor_folder(const char *dir, struct arena *a, const char **out, struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(dir), S(".flox/sources"));
	char *whole CLEANUP_FREE = NULL;
	errint rc = path_absolute(str_c(path), &whole, err);

	if (!rc)
		*out = arena_strz(a, str_c(whole));
	return rc;
}

/* ---- hashing ---- */

struct hash_pool {
	struct hashing **v; /* the biggest first */
	size_t n;
	atomic_size_t next;
};

static void hash_one(struct hashing *h, char *chunk)
{
	int fd CLEANUP_FD = open(h->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct hash_ctx *ctx CLEANUP(hash_ctx_cleanup) = NULL;
	ssize_t n;

	if (fd < 0) {
		h->there = errno != ENOENT;
		h->error = errno;
		return;
	}
	h->there = true;
	ctx = hash_ctx_new(HASH_SHA256);
	while ((n = read(fd, chunk, CHUNK)) != 0) {
		if (n < 0 && errno == EINTR && !interrupted())
			continue;
		if (n < 0 || interrupted()) {
			h->error = n < 0 ? errno : EINTR;
			return;
		}
		hash_update(ctx, chunk, (size_t)n);
		h->size += (uint64_t)n;
	}
	hash_finish(STEAL(ctx), &h->hash);
}

static void *hash_some(void *arg)
{
	struct hash_pool *p = arg;
	char *chunk = xmalloc(CHUNK);

	for (size_t i; (i = atomic_fetch_add(&p->next, 1)) < p->n;)
		hash_one(p->v[i], chunk);
	free(chunk);
	return NULL;
}

static int by_size(const void *a, const void *b)
{
	const struct hashing *x = *(struct hashing *const *)a, *y = *(struct hashing *const *)b;

	return (x->size < y->size) - (x->size > y->size);
}

/* What is big begins first, so that no thread ends long after the others. */
static void sort_pool(struct hash_pool *p)
{
	struct stat st;

	for (size_t i = 0; i < p->n; i++)
		p->v[i]->size = stat(p->v[i]->path, &st) ? 0 : (uint64_t)st.st_size;
	qsort(p->v, p->n, sizeof(*p->v), by_size);
	for (size_t i = 0; i < p->n; i++)
		p->v[i]->size = 0;
}

errint hash_files(struct hashing *v, size_t n, struct err *err)
{
	struct hashing **order CLEANUP_FREE = xcalloc(n + 1, sizeof(*order));
	struct hash_pool p = {.v = order, .n = n};
	pthread_t threads[THREADS_MAX];
	unsigned want = MIN(thread_processors(), (unsigned)MIN(n, (size_t)THREADS_MAX)),
		 started = 0;

	for (size_t i = 0; i < n; i++)
		order[i] = &v[i];
	if (n)
		sort_pool(&p);
	while (started + 1 < want && !thread_start(&threads[started], hash_some, &p))
		started++;
	hash_some(&p);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	return interrupt_check(err);
}

/* ---- checking ---- */

struct sums_check {
	struct session *s;
	const struct vendor_options *o;
	struct arena *a;
	struct vendor_result *out;
	struct sources_file sources;
	struct sums sums;
	struct git_tracked tracked;
	size_t wrong;
};

static void checking_release(struct sums_check *c)
{
	git_tracked_release(&c->tracked);
}

static void wrong(struct sums_check *c, struct str file, enum vendor_finding finding)
{
	vendor_note(c->out, c->a, file, finding, 0);
	c->wrong++;
}

/* The names of sources.json and then those of SHA256SUMS.txt that it does not have. */
struct checked {
	struct str file;
	const struct source_entry *entry;
	const struct sum_line *sum;
};

static size_t collect(struct sums_check *c, struct checked *v)
{
	struct path_map by_file CLEANUP(path_map_release) = {0};
	size_t n = 0;

	for (size_t i = 0; i < c->sources.n; i++) {
		const struct source_entry *e = &c->sources.v[i];

		if (!e->file.n || path_map_get(&by_file, e->file))
			continue;
		v[n] = (struct checked){e->file, e, NULL};
		path_map_put(&by_file, e->file, &v[n++]);
	}
	for (size_t i = 0; i < c->sums.n; i++) {
		const struct sum_line *l = &c->sums.v[i];
		struct checked *known = l->name.n ? path_map_get(&by_file, l->name) : NULL;

		if (!l->name.n) {
			if (l->text.n && l->text.p[0] != '#')
				wrong(c, str_c(arena_printf(c->a, VENDOR_SUMS ":%u", l->number)),
				      VENDOR_FOREIGN_LINE);
		} else if (known) {
			known->sum = l;
		} else {
			v[n] = (struct checked){l->name, NULL, l};
			path_map_put(&by_file, l->name, &v[n++]);
		}
	}
	return n;
}

static bool is_tracked(const struct sums_check *c, const char *path)
{
	char *real CLEANUP_FREE = realpath(path, NULL);
	struct str below = str_c(real ? real : path), *at;

	if (!c->tracked.top.n || !str_starts(below, c->tracked.top))
		return true;
	below = str_skip(below, c->tracked.top.n + 1);
	at = c->tracked.n
		     ? bsearch(&below, c->tracked.files, c->tracked.n, sizeof(below), str_cmp_qsort)
		     : NULL;
	return at != NULL;
}

static void judge(struct sums_check *c, const struct checked *f, const struct hashing *h)
{
	const struct hash *want = f->entry ? &f->entry->sha256 : &f->sum->hash;

	if (!h->there) {
		wrong(c, f->file, VENDOR_MISSING);
		return;
	}
	c->out->files++;
	c->out->size += h->size;
	if (h->error || !hash_eq(&h->hash, want))
		wrong(c, f->file,
		      vendored_is_lfs_pointer(h->path) ? VENDOR_POINTER : VENDOR_ALTERED);
	if (f->entry && !f->sum)
		wrong(c, f->file, VENDOR_UNLISTED);
	else if (f->entry && !hash_eq(&f->sum->hash, &f->entry->sha256))
		wrong(c, f->file, VENDOR_CONTRADICTED);
}

static errint check_files(struct sums_check *c, struct err *err)
{
	struct checked *v = ARENA_ARRAY(c->a, struct checked, c->sources.n + c->sums.n);
	size_t n = collect(c, v);
	struct hashing *h = ARENA_ARRAY(c->a, struct hashing, n);

	for (size_t i = 0; i < n; i++)
		h[i].path = arena_printf(c->a, "%s/%.*s", c->out->folder, STR_ARG(v[i].file));
	errint rc = hash_files(h, n, err);
	for (size_t i = 0; !rc && i < n; i++)
		judge(c, &v[i], &h[i]);
	return rc;
}

/* The lists are what makes the rest findable: where they are not tracked, a clone lacks them. The
 * files themselves may be kept elsewhere. */
static errint check_tracked(struct sums_check *c, struct err *err)
{
	static const char *const lists[] = {VENDOR_LIST, VENDOR_SUMS};
	errint rc = git_tracked(c->out->folder, c->a, &c->tracked, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(lists); i++) {
		const char *path = arena_printf(c->a, "%s/%s", c->out->folder, lists[i]);

		if (access(path, F_OK) == 0 && !is_tracked(c, path))
			wrong(c, str_c(lists[i]), VENDOR_UNTRACKED);
	}
	return rc;
}

/* ---- is it all? ---- */

static bool has(const struct sources_file *f, const struct closure_source *s)
{
	for (size_t i = 0; i < f->n; i++)
		if (hash_eq(&f->v[i].hash, &s->hash) && f->v[i].recursive == s->recursive)
			return true;
	return false;
}

static bool is_copied(const struct sources_file *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].file.n && f->v[i].n_origins &&
		    str_starts(f->v[i].origins[0], S("mirror://debian/")))
			return true;
	return false;
}

static errint check_closure(struct sums_check *c, const struct sources_request *r, struct err *err)
{
	struct closure_sources found CLEANUP(closure_sources_release) = {0};
	bool natives = is_copied(&c->sources);
	errint rc = closure_sources(c->s, r, c->a, &found, err);

	for (size_t i = 0; !rc && i < found.n; i++)
		if ((natives || !found.v[i].native) && !has(&c->sources, &found.v[i]))
			wrong(c, found.v[i].name, VENDOR_NOT_VENDORED);
	return rc;
}

/* The labels of sources.json: those of one release together. */
static errint check_labels(struct sums_check *c, struct err *err)
{
	struct str_set labels = {0};
	size_t room = 0;
	errint rc = 0;

	for (size_t i = 0; i < c->sources.n; i++)
		room += c->sources.v[i].n_needed_by;
	labels.v = ARENA_ARRAY(c->a, struct str, room);
	for (size_t i = 0; i < c->sources.n; i++)
		for (size_t k = 0; k < c->sources.v[i].n_needed_by; k++)
			labels.v[labels.n++] = c->sources.v[i].needed_by[k];
	str_set_sort(&labels);
	for (size_t i = 0; !rc && i < labels.n; i++) {
		struct str name = labels.v[i], release = S("");
		const char *z;

		str_cut(labels.v[i], '@', &name, &release);
		z = arena_strz(c->a, name);
		struct sources_request r = {.dir = c->o->dir,
					    .release = release.n ? arena_strz(c->a, release) : NULL,
					    .names = &z,
					    .n_names = 1};
		rc = check_closure(c, &r, err);
	}
	return rc;
}

static errint check(struct sums_check *c, struct err *err)
{
	const struct vendor_options *o = c->o;
	const struct sources_request r = {
		.dir = o->dir, .release = o->release, .names = o->names, .n_names = o->n_names};
	const char *sums;
	errint rc = vendor_folder(o->dir, c->a, &c->out->folder, err);

	if (rc)
		return rc;
	sums = arena_printf(c->a, "%s/" VENDOR_SUMS, c->out->folder);
	rc = sources_read(c->a, c->out->folder, &c->sources, err);
	if (!rc)
		rc = sums_read(c->a, sums, &c->sums, err);
	if (!rc && c->sums.crlf)
		report_msg(c->s->report, REPORT_WARN,
			   "'%s' has lines that end in CR LF: sha256sum takes the CR for a part of "
			   "the name, 'kiln vendor' writes it as it should be",
			   sums);
	if (!rc)
		rc = check_files(c, err);
	if (!rc)
		rc = check_tracked(c, err);
	if (!rc)
		rc = o->n_names || !c->sources.n ? check_closure(c, &r, err) : check_labels(c, err);
	return rc;
}

errint vendor_check(struct session *s, const struct vendor_options *o, struct arena *a,
		    struct vendor_result *out, struct err *err)
{
	struct sums_check c CLEANUP(checking_release) = {.s = s, .o = o, .a = a, .out = out};
	errint rc = check(&c, err);

	if (rc || !c.wrong)
		return rc;
	err_set(err, ERR_FAILED, "%zu of what is in '%s' %s not as it should be", c.wrong,
		out->folder, c.wrong == 1 ? "is" : "are");
	return err_hint(err, "'kiln vendor' writes anew what is missing or altered");
}
