/* SPDX-License-Identifier: MIT
 *
 * The key, and a file of fields with a NUL behind each. */
#include "project/slot_checked.h"

#include <sys/stat.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/hash.h"
#include "project/project_int.h"

/* ---- the key ---- */

static void put(struct buf *b, struct str s)
{
	buf_printf(b, "%zu:", s.n);
	buf_puts(b, s);
}

static void put_z(struct buf *b, const char *z)
{
	put(b, str_c(z ? z : ""));
}

static void put_texts(struct buf *b, const struct str *v, size_t n)
{
	buf_printf(b, "[%zu ", n);
	for (size_t i = 0; i < n; i++)
		put(b, v[i]);
	buf_putc(b, '\n');
}

static void put_list(struct buf *b, const struct slot_list *l)
{
	put_texts(b, l->single, l->n_single);
	for (size_t i = 0; i < l->n; i++) {
		const struct slot_kind *k = &l->v[i];

		put(b, k->name);
		buf_printf(b, "%d", k->needed);
		put_texts(b, k->projects, k->n_projects);
		put_texts(b, k->except, k->n_except);
		for (size_t m = 0; m < k->n_modules; m++) {
			put(b, k->modules[m].project);
			put_texts(b, k->modules[m].v, k->modules[m].n);
		}
	}
}

static void put_driver(struct buf *b, const struct driver *d)
{
	struct stat st = {0};

	buf_printf(b, "%d %d %u %u\n", d->nvidia, d->amd, d->cuda_major, d->cuda_minor);
	put_z(b, d->device);
	put_z(b, d->folder);
	put_z(b, d->version);
	if (d->folder && stat(d->folder, &st) == 0)
		buf_printf(b, "%lld.%09ld\n", (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static bool is_of_store(const struct session *s, const struct filling *f)
{
	bool all = filling_is_pure(f);
	struct str top;

	for (size_t i = 0; all && i < f->n_folders; i++)
		all = store_path_split(store_dir(s->store), f->folders[i], &top, NULL);
	for (size_t i = 0; all && i < f->n_companions; i++)
		all = store_path_split(store_dir(s->store), f->companions[i], &top, NULL);
	return all;
}

void slot_checked_name(struct session *s, struct arena *a, struct str result,
		       const struct slot_list *list, const struct filling *fillings, size_t n,
		       const struct driver *driver, struct slot_checked *out)
{
	char *cache CLEANUP_FREE = user_cache_dir();
	char program[PROGRAM_IDENTITY_MAX], hex[HASH_TEXT_MAX];
	BUF(b, LIMIT_LOCK_FILE);
	struct hash h;
	ERR(none);

	*out = (struct slot_checked){.file = ""};
	put_z(&b, project_program_identity(program));
	put_z(&b, store_config(s->store)->root);
	put(&b, result);
	put_list(&b, list);
	put_driver(&b, driver);
	for (size_t i = 0; i < n; i++) {
		if (!is_of_store(s, &fillings[i]))
			return;
		put(&b, fillings[i].slot->name);
		put_z(&b, fillings[i].name);
		put_texts(&b, fillings[i].folders, fillings[i].n_folders);
		put_texts(&b, fillings[i].companions, fillings[i].n_companions);
	}
	if (!n || buf_check(&b, "start", &none))
		return;
	hash_bytes(HASH_SHA256, buf_str(&b), &h);
	hash_format(&h, HASH_NIX32, false, hex);
	out->file = arena_printf(a, "%s/slots/checked-%.32s", cache, hex);
}

/* ---- the file ---- */

static bool take(struct str *rest, struct arena *a, struct str *out)
{
	struct str field;

	if (!str_cut(*rest, '\0', &field, rest))
		return false;
	*out = arena_str(a, field);
	return true;
}

static bool take_z(struct str *rest, struct arena *a, const char **out)
{
	struct str field;

	if (!take(rest, a, &field))
		return false;
	*out = field.n ? field.p : NULL;
	return true;
}

static bool is_there(const char *path)
{
	return !path || access(path, F_OK) == 0;
}

bool slot_checked_find(struct arena *a, struct slot_checked *c)
{
	BUF(text, LIMIT_SMALL_FILE);
	struct slot_checked found = {.file = c->file};
	struct slot_place *place = &found.place;
	struct str rest, path;
	ERR(none);

	if (!*c->file || file_read(AT_FDCWD, c->file, &text, &none))
		return false;
	rest = buf_str(&text);
	if (!take(&rest, a, &found.python) || !take(&rest, a, &found.interpreter) ||
	    !take_z(&rest, a, &place->folder) || !take_z(&rest, a, &place->driver) ||
	    !take_z(&rest, a, &place->constraints))
		return false;
	if (!place->folder || !is_there(place->folder) || !is_there(place->driver) ||
	    !is_there(place->constraints))
		return false;
	place->path = ARENA_ARRAY(a, struct str, rest.n + 1);
	while (rest.n) {
		if (!take(&rest, a, &path))
			return false;
		place->path[place->n++] = path;
	}
	*c = found;
	return true;
}

static void put_field(struct buf *b, struct str s)
{
	buf_puts(b, s);
	buf_putc(b, '\0');
}

void slot_checked_keep(const struct slot_checked *c)
{
	BUF(b, LIMIT_SMALL_FILE);
	ERR(none);

	if (!*c->file)
		return;
	put_field(&b, c->python);
	put_field(&b, c->interpreter);
	put_field(&b, str_c(c->place.folder ? c->place.folder : ""));
	put_field(&b, str_c(c->place.driver ? c->place.driver : ""));
	put_field(&b, str_c(c->place.constraints ? c->place.constraints : ""));
	for (size_t i = 0; i < c->place.n; i++)
		put_field(&b, c->place.path[i]);
	if (!buf_check(&b, "start", &none) &&
	    file_write(AT_FDCWD, c->file, buf_str(&b), 0600, 0, &none))
		err_clear(&none);
}
