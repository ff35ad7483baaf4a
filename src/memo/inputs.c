/* SPDX-License-Identifier: MIT
 *
 * Collecting inputs. This runs beside every file access of an evaluation, so that what was noted
 * before costs one look into a table. */
#include "memo/inputs.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include "base/environ.h"
#include "store/store.h"

struct eval_inputs *eval_inputs_new(struct store *s)
{
	struct eval_inputs *in = xcalloc(1, sizeof(*in));
	in->store = s;
	in->began = clock_unix_ns();
	return in;
}

void eval_inputs_free(struct eval_inputs *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < ARRAY_LEN(in->seen); i++)
		path_map_release(&in->seen[i]);
	free(in->v);
	free(in->messages);
	free(in->unknowable);
	arena_release(&in->a);
	free(in);
}

void eval_inputs_cleanup(struct eval_inputs **in)
{
	eval_inputs_free(*in);
}

static void add(struct eval_inputs *in, struct input *i)
{
	ARRAY_GROW(in->v, in->n, in->cap);
	in->v[in->n++] = i;
}

/* The input of that kind and path; *fresh tells whether it is new. */
static struct input *note(struct eval_inputs *in, enum input_kind kind, struct str path,
			  bool *fresh)
{
	struct input *i = path_map_get(&in->seen[kind], path);

	*fresh = !i;
	if (i)
		return i;
	i = ARENA_NEW(&in->a, struct input);
	i->kind = kind;
	i->path = arena_str(&in->a, path);
	path_map_put(&in->seen[kind], i->path, i);
	add(in, i);
	return i;
}

static void hash_into(struct str s, uint8_t out[32])
{
	struct hash h;

	hash_bytes(HASH_SHA256, s, &h);
	memcpy(out, h.b, 32);
}

/* Seen twice, and differently: nothing sure can be said of it later. */
static void check_same(struct eval_inputs *in, const struct input *i, bool same)
{
	if (!same)
		input_unknowable(in, "'%.*s' changed during the evaluation", STR_ARG(i->path));
}

void input_object(struct eval_inputs *in, struct str path)
{
	struct str top;
	struct input *i;
	struct path_info info;
	bool fresh;
	ARENA(a);
	ERR(err);

	if (!in || !store_path_split(store_dir(in->store), path, &top, NULL))
		return;
	i = note(in, INPUT_OBJECT, top, &fresh);
	if (!fresh && i->type)
		return;
	/* One that was missing may have been built meanwhile. */
	if (store_query(in->store, &a, top, &info, &err) == 0) {
		check_same(in, i, fresh);
		i->type = 1;
		memcpy(i->hash, info.nar_hash.b, sizeof(i->hash));
	} else if (err.code != ERR_NOT_FOUND) {
		input_unknowable(in, "%s", err.msg);
	}
}

/* Is the path part of a valid object? Then that is the input. What lies in the store without being
 * valid is read from the disk, and may become valid: both are noted. */
static bool of_object(struct eval_inputs *in, struct str path)
{
	struct str top;
	const struct input *i;

	if (LIKELY(!store_path_split(store_dir(in->store), path, &top, NULL)))
		return false;
	input_object(in, top);
	i = path_map_get(&in->seen[INPUT_OBJECT], top);
	return i->type == 1;
}

void input_type(struct eval_inputs *in, struct str path, const char *real, uint32_t type)
{
	struct input *i;
	bool fresh;

	if (!in || of_object(in, path))
		return;
	i = note(in, INPUT_TYPE, str_c(real), &fresh);
	if (fresh)
		i->type = type;
	else
		check_same(in, i, i->type == type);
}

static void note_hash(struct eval_inputs *in, enum input_kind kind, struct str name,
		      const uint8_t hash[32])
{
	struct input *i;
	bool fresh;

	i = note(in, kind, name, &fresh);
	if (fresh)
		memcpy(i->hash, hash, sizeof(i->hash));
	else
		check_same(in, i, memcmp(i->hash, hash, sizeof(i->hash)) == 0);
}

static void note_bytes(struct eval_inputs *in, enum input_kind kind, struct str name,
		       struct str bytes)
{
	uint8_t hash[32];

	hash_into(bytes, hash);
	note_hash(in, kind, name, hash);
}

void input_file(struct eval_inputs *in, struct str path, const char *real, struct str bytes)
{
	if (in && !of_object(in, path))
		note_bytes(in, INPUT_FILE, str_c(real), bytes);
}

void input_link(struct eval_inputs *in, struct str path, const char *real, struct str target)
{
	if (in && !of_object(in, path))
		note_bytes(in, INPUT_LINK, str_c(real), target);
}

void input_variable(struct eval_inputs *in, struct str name, struct str value)
{
	/* What getEnv calls by such a name is the part before the NUL. */
	if (in)
		note_bytes(in, INPUT_VARIABLE, str_n(name.p, strnlen(name.p, name.n)), value);
}

void input_listing_hash(const struct dir_list *l, uint8_t out[32])
{
	struct hash_ctx *c = hash_ctx_new(HASH_SHA256);
	struct hash h;

	for (size_t i = 0; i < l->n; i++) {
		hash_update(c, l->v[i].name, strlen(l->v[i].name) + 1);
		hash_update(c, &l->v[i].type, 1);
	}
	hash_finish(c, &h);
	memcpy(out, h.b, 32);
}

void input_folder(struct eval_inputs *in, struct str path, const char *real,
		  const struct dir_list *l)
{
	uint8_t hash[32];

	if (!in || of_object(in, path))
		return;
	input_listing_hash(l, hash);
	note_hash(in, INPUT_FOLDER, str_c(real), hash);
}

void input_message(struct eval_inputs *in, uint32_t level, struct str text)
{
	if (!in)
		return;
	ARRAY_GROW(in->messages, in->n_messages, in->cap_messages);
	in->messages[in->n_messages++] = (struct input_message){level, arena_str(&in->a, text)};
}

void input_unknowable(struct eval_inputs *in, const char *fmt, ...)
{
	BUF(b, LIMIT_ERR_TEXT);
	va_list ap;

	if (!in || in->unknowable)
		return;
	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	in->unknowable = buf_steal(&b);
}

/* ---- trees ---- */

struct input *input_tree(struct eval_inputs *in, struct str path, const char *real, struct str name,
			 bool recursive, enum tree_filter filter)
{
	struct input *i;

	if (!in || of_object(in, path))
		return NULL;
	i = ARENA_NEW(&in->a, struct input);
	i->kind = INPUT_TREE;
	i->path = arena_str(&in->a, str_c(real));
	i->name = arena_str(&in->a, name);
	i->recursive = recursive;
	i->filter = filter;
	/* In the list already: one that fails must not be forgotten. */
	add(in, i);
	tree_entry_add(&in->a, i, S(""), 0, true);
	return i;
}

struct tree_entry *tree_entry_add(struct arena *a, struct input *tree, struct str rest,
				  uint32_t type, bool kept)
{
	struct tree_entry *e;

	if (tree->n_entries == tree->cap_entries) {
		size_t cap = tree->cap_entries ? tree->cap_entries * 2 : 8;
		struct tree_entry *more = ARENA_ARRAY(a, struct tree_entry, cap);

		if (tree->n_entries)
			memcpy(more, tree->entries, tree->n_entries * sizeof(*more));
		tree->entries = more;
		tree->cap_entries = cap;
	}
	e = &tree->entries[tree->n_entries++];
	*e = (struct tree_entry){.path = arena_str(a, rest), .type = type, .kept = kept};
	return e;
}

void input_tree_entry(struct eval_inputs *in, struct input *tree, struct str rest, uint32_t type,
		      bool kept)
{
	if (tree)
		tree_entry_add(&in->a, tree, rest, type, kept);
}

void input_tree_done(struct eval_inputs *in, struct input *tree, struct str store_path)
{
	if (tree)
		tree->store_path = arena_str(&in->a, store_path);
}
