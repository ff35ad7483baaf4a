/* SPDX-License-Identifier: MIT
 *
 * The folders. One whose sources.json cannot be read is told of once; files in it are still found
 * by their names. */
#include "source/vendored.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"

struct folder {
	char *dir;
	bool read;
	struct sources_file sources;
	uint32_t *by_hash; /* open addressing: 1 + index, or 0 */
	size_t mask;
};

struct vendored {
	struct report *report;
	struct folder *v;
	size_t n, cap;
	struct arena a;
};

struct vendored *vendored_new(struct report *report)
{
	struct vendored *v = xcalloc(1, sizeof(*v));

	v->report = report;
	return v;
}

void vendored_free(struct vendored *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < v->n; i++) {
		free(v->v[i].dir);
		free(v->v[i].by_hash);
	}
	free(v->v);
	arena_release(&v->a);
	free(v);
}

void vendored_add(struct vendored *v, const char *dir)
{
	for (size_t i = 0; i < v->n; i++)
		if (strcmp(v->v[i].dir, dir) == 0)
			return;
	ARRAY_GROW(v->v, v->n, v->cap);
	v->v[v->n++] = (struct folder){.dir = xstrdup(dir)};
}

size_t vendored_count(const struct vendored *v)
{
	return v->n;
}

const char *vendored_dir(const struct vendored *v, size_t i)
{
	return v->v[i].dir;
}

static size_t slot_of(const struct folder *f, const struct hash *h)
{
	size_t at;

	memcpy(&at, h->b, sizeof(at));
	return at & f->mask;
}

static void index_folder(struct folder *f)
{
	size_t room = 16;

	while (room < 2 * f->sources.n)
		room *= 2;
	f->mask = room - 1;
	f->by_hash = xcalloc(room, sizeof(*f->by_hash));
	for (size_t i = 0; i < f->sources.n; i++) {
		size_t at = slot_of(f, &f->sources.v[i].hash);

		while (f->by_hash[at])
			at = (at + 1) & f->mask;
		f->by_hash[at] = (uint32_t)i + 1;
	}
}

static struct folder *folder(struct vendored *v, size_t i)
{
	struct folder *f = &v->v[i];
	ERR(why);

	if (f->read)
		return f;
	f->read = true;
	if (sources_read(&v->a, f->dir, &f->sources, &why))
		report_msg(v->report, REPORT_WARN, "%s", why.msg);
	index_folder(f);
	return f;
}

static const struct source_entry *there(const struct folder *f, const struct source_entry *e,
					char **path)
{
	char *at CLEANUP_FREE = path_join(str_c(f->dir), e->file);

	if (!e->file.n || access(at, F_OK))
		return NULL;
	*path = STEAL(at);
	return e;
}

const struct source_entry *vendored_find(struct vendored *v, size_t i, const struct hash *h,
					 bool recursive, char **path)
{
	const struct folder *f = folder(v, i);

	for (size_t at = slot_of(f, h); f->by_hash[at]; at = (at + 1) & f->mask) {
		const struct source_entry *e = &f->sources.v[f->by_hash[at] - 1];

		if (hash_eq(&e->hash, h) && e->recursive == recursive && there(f, e, path))
			return e;
	}
	return NULL;
}

const struct source_entry *vendored_find_input(struct vendored *v, size_t i, struct str input,
					       char **path)
{
	const struct folder *f = folder(v, i);

	for (size_t k = 0; k < f->sources.n; k++) {
		const struct source_entry *e = &f->sources.v[k];

		if (e->input.n && str_eq(e->input, input) && there(f, e, path))
			return e;
	}
	return NULL;
}

bool vendored_is_lfs_pointer(const char *path)
{
	static const char first[] = "version https://git-lfs.";
	char head[sizeof(first)] = "";
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > 1024)
		return false;
	return read(fd, head, sizeof(first) - 1) == (ssize_t)sizeof(first) - 1 &&
	       memcmp(head, first, sizeof(first) - 1) == 0;
}
