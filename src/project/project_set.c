/* SPDX-License-Identifier: MIT
 *
 * The package set that a project pins: its lock, and where the set is found. */
#include "project/project_set.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/environ.h"
#include "base/file.h"
#include "base/json.h"
#include "base/process.h"
#include "base/report.h"
#include "memo/memo.h"
#include "memo/signature.h"
#include "source/ladder.h"
#include "source/mirror.h"
#include "store/nar.h"
#include "store/store.h"

#define LOCK    ".flox/kiln.lock"
#define SOURCES ".flox/sources"

static struct str set_name(struct arena *a, struct str version)
{
	return str_c(arena_printf(a, "kiln-set-%.*s", STR_ARG(version)));
}

static errint pin_path(struct session *s, struct arena *a, struct set_pin *pin, struct err *err)
{
	return store_path_make_fixed(a, store_dir(s->store), set_name(a, pin->version), true,
				     &pin->nar_hash, NULL, 0, false, &pin->path, err);
}

/* ---- the lock ---- */

static errint member(struct arena *a, const struct json_member *v, size_t n, const char *key,
		     struct str *out, struct err *err)
{
	const struct str *value = json_find(v, n, str_c(key));

	if (!value)
		return err_set(err, ERR_CORRUPT, "it has no '%s'", key);
	errint rc = json_string(a, *value, out, err);
	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint parse_set(struct arena *a, struct str object, struct set_pin *pin, struct err *err)
{
	struct json_member *v;
	struct str hash;
	size_t n;
	errint rc = json_members(a, object, &v, &n, err);

	if (!rc)
		rc = member(a, v, n, "version", &pin->version, err);
	if (!rc)
		rc = member(a, v, n, "narHash", &hash, err);
	if (!rc)
		rc = hash_parse(hash, HASH_SHA256, &pin->nar_hash, err);
	if (rc)
		return rc;
	pin->there = true;
	return 0;
}

static unsigned line_of(struct str text, const char *at)
{
	unsigned n = 1;

	for (const char *p = text.p; p < at; p++)
		n += *p == '\n';
	return n;
}

/* The members of a lock; version 1 is the one there is. */
static errint parse_lock(struct arena *a, struct str text, struct json_member **v, size_t *n,
			 struct err *err)
{
	errint rc = json_members(a, text, v, n, err);

	if (rc)
		return rc;
	const struct str *version = json_find(*v, *n, S("version"));
	if (!version)
		return err_set(err, ERR_CORRUPT, "it has no 'version'");
	if (!str_eq(*version, S("1"))) {
		err_set(err, ERR_UNSUPPORTED, "line %u: its version is %.*s, and this kiln knows 1",
			line_of(text, version->p), STR_ARG(*version));
		return err_hint(err, "a newer kiln wrote it: use that one");
	}
	return 0;
}

static errint load_lock(const char *path, struct buf *text, struct arena *a, struct json_member **v,
			size_t *n, struct err *err)
{
	errint rc = file_read(AT_FDCWD, path, text, err);

	if (rc == ERR_NOT_FOUND) {
		err_clear(err);
		*n = 0;
		return 0;
	}
	if (!rc)
		rc = parse_lock(a, buf_str(text), v, n, err);
	if (!rc)
		return 0;
	err_wrap(err, "reading '%s'", path);
	return err->hint ? rc
			 : err_hint(err, "take it back from version control; or remove it, and "
					 "'kiln lock' pins kiln's own set");
}

errint project_pin_read(struct session *s, const char *dir, struct arena *a, struct set_pin *out,
			struct err *err)
{
	BUF(text, LIMIT_PROJECT_LOCK);
	char *path CLEANUP_FREE = path_join(str_c(dir), S(LOCK));
	struct json_member *v;
	size_t n;

	*out = (struct set_pin){0};
	errint rc = load_lock(path, &text, a, &v, &n, err);
	if (rc)
		return rc;
	const struct str *set = json_find(v, n, S("set"));
	if (!set)
		return 0;
	rc = parse_set(a, *set, out, err);
	if (!rc)
		rc = store_name_check(set_name(a, out->version), err);
	if (rc) {
		err_wrap(err, "reading '%s', line %u, entry 'set'", path,
			 line_of(buf_str(&text), set->p));
		return err_hint(err, "'kiln lock set' writes it anew");
	}
	return pin_path(s, a, out, err);
}

static void put_pin(struct buf *b, const struct set_pin *pin)
{
	char hash[HASH_TEXT_MAX];

	hash_format(&pin->nar_hash, HASH_SRI, true, hash);
	buf_putz(b, "{ \"version\": ");
	json_put_str(b, pin->version);
	buf_printf(b, ", \"narHash\": \"%s\" }", hash);
}

errint project_pin_write(const char *dir, const struct set_pin *pin, struct err *err)
{
	BUF(text, LIMIT_PROJECT_LOCK);
	BUF(now, LIMIT_PROJECT_LOCK);
	ARENA(a);
	char *path CLEANUP_FREE = path_join(str_c(dir), S(LOCK));
	struct json_member *v;
	size_t n;
	errint rc = load_lock(path, &text, &a, &v, &n, err);

	if (rc)
		return rc;
	buf_putz(&now, "{\n  \"version\": 1,\n  \"set\": ");
	put_pin(&now, pin);
	for (size_t i = 0; i < n; i++) {
		if (str_eq(v[i].key, S("version")) || str_eq(v[i].key, S("set")))
			continue;
		buf_putz(&now, ",\n  ");
		json_put_str(&now, v[i].key);
		buf_printf(&now, ": %.*s", STR_ARG(v[i].value));
	}
	buf_putz(&now, "\n}\n");
	rc = buf_check(&now, "lock", err);
	return rc ? rc : file_write(AT_FDCWD, path, buf_str(&now), 0644, 0, err);
}

/* ---- kiln's own set ---- */

/* Remembered beside kept evaluations: reading a few hundred files costs as much as evaluating. */
struct own_set {
	struct session *s;
	struct arena *a;
	char *folder, *cache;
	struct str name;
	char key[HASH_TEXT_MAX];
};

static void own_set_release(struct own_set *o)
{
	free(o->folder);
	free(o->cache);
}

static errint own_set_init(struct own_set *o, struct err *err)
{
	BUF(b, LIMIT_PATH_TEXT * 4);
	char *base CLEANUP_FREE = user_cache_dir();
	struct hash h;
	const char *data;
	errint rc = session_data_dir(o->s, &data, err);

	if (rc)
		return rc;
	o->folder = path_join(str_c(data), S("pkgs"));
	o->cache = path_join(str_c(base), S("eval"));
	o->name = set_name(o->a, S(KILN_VERSION));
	memo_key_text(&b, "set", o->folder);
	memo_key_text(&b, "name", o->name.p);
	buf_printf(&b, "%.*s", STR_ARG(store_dir(o->s->store)));
	rc = buf_check(&b, "path", err);
	if (rc)
		return rc;
	hash_bytes(HASH_SHA256, buf_str(&b), &h);
	hash_format(&h, HASH_BASE16, false, o->key);
	return 0;
}

static bool own_set_recall(struct own_set *o, struct hash *out)
{
	BUF(bytes, LIMIT_EVAL_ENTRY);
	struct memo_entry e;
	struct inputs_check check = {.store = o->s->store, .a = o->a};
	ERR(err);
	bool ok = !memo_load(o->cache, o->key, &bytes, o->a, &e, &err) && e.n_found == 1;

	check.began = ok ? e.began : 0;
	ok = ok && inputs_match(&check, e.inputs, e.n_inputs) &&
	     !hash_parse(e.found[0].label, HASH_SHA256, out, &err);
	err_clear(&err);
	return ok;
}

static errint own_set_hash(struct own_set *o, struct hash *out, struct err *err)
{
	struct eval_inputs *in CLEANUP(eval_inputs_cleanup) = eval_inputs_new(o->s->store);
	struct input *tree = input_tree(in, str_c(o->folder), o->folder, o->name, true, TREE_WHOLE);
	struct set_pin pin = {.version = S(KILN_VERSION)};
	char text[HASH_TEXT_MAX];
	struct memo_found found = {0};
	struct memo_entry e = {
		.program = S("set"), .began = in->began, .found = &found, .n_found = 1};
	ERR(unkept);
	errint rc = nar_hash(AT_FDCWD, o->folder, out, NULL, err);

	if (!rc) {
		pin.nar_hash = *out;
		rc = pin_path(o->s, o->a, &pin, err);
	}
	if (rc)
		return err_wrap(err, "reading kiln's package set");
	input_tree_done(in, tree, pin.path);
	hash_format(out, HASH_SRI, true, text);
	found.label = str_c(text);
	if (inputs_stamp(in) && memo_save(o->cache, o->key, &e, in->v, in->n, &unkept))
		report_msg(o->s->report, REPORT_DEBUG, "the set's hash is not kept: %s",
			   unkept.msg);
	err_clear(&unkept);
	return 0;
}

errint project_set_own(struct session *s, struct arena *a, struct set_pin *out, struct err *err)
{
	struct own_set o CLEANUP(own_set_release) = {.s = s, .a = a};
	errint rc = own_set_init(&o, err);

	if (rc)
		return rc;
	*out = (struct set_pin){.there = true, .version = S(KILN_VERSION)};
	if (!own_set_recall(&o, &out->nar_hash))
		rc = own_set_hash(&o, &out->nar_hash, err);
	return rc ? rc : pin_path(s, a, out, err);
}

/* Is the project part of what kiln's own set is part of? */
static errint is_kilns(struct session *s, const char *dir, bool *out, struct err *err)
{
	const char *data;
	errint rc = session_data_dir(s, &data, err);

	if (rc)
		return rc;
	char *project CLEANUP_FREE = realpath(dir, NULL);
	char *ours CLEANUP_FREE = realpath(data, NULL);
	if (!project || !ours)
		return err_sys(err, "cannot resolve '%s'", project ? data : dir);
	struct str rest = str_c(project);
	*out = str_starts(rest, str_c(ours)) &&
	       (rest.n == strlen(ours) || project[strlen(ours)] == '/');
	return 0;
}

/* ---- finding it ---- */

static char *vendored_folder(struct arena *a, const char *dir, struct str version)
{
	return path_join(str_c(dir),
			 str_c(arena_printf(a, SOURCES "/%.*s", STR_ARG(set_name(a, version)))));
}

/* Another tree under the name is told of and passed over, as on every rung. */
static errint take_vendored(struct session *s, const char *folder, const struct set_pin *pin,
			    struct arena *a, bool *found, struct err *err)
{
	struct str path;

	if (access(folder, F_OK))
		return 0;
	errint rc = store_add_path(s->store, a, set_name(a, pin->version), folder, true,
				   HASH_SHA256, &pin->nar_hash, NULL, NULL, &path, err);
	*found = !rc;
	if (rc != ERR_MISMATCH)
		return rc;
	report_msg(s->report, REPORT_WARN, "passing over '%s': %s", folder, err->msg);
	err_clear(err);
	return 0;
}

static errint take_mirror(struct session *s, const struct set_pin *pin, struct arena *a,
			  bool *found, struct err *err)
{
	struct str name = set_name(a, pin->version);
	struct bring what = {
		.type = S("tarball"),
		.name = name,
		.url = str_c(arena_printf(a, "mirror://kiln/%.*s.tar.gz", STR_ARG(name))),
		.expect = &pin->nar_hash,
	};
	struct brought got;
	errint rc = ladder_bring(session_ladder(s), &what, a, &got, err);

	*found = !rc;
	return rc;
}

static errint not_here(const char *dir, const char *folder, const struct set_pin *pin,
		       struct err *cause, struct err *err)
{
	char hash[HASH_TEXT_MAX];

	hash_format(&pin->nar_hash, HASH_SRI, true, hash);
	err_set(err, ERR_NOT_FOUND, "the package set that '%s/" LOCK "' pins is not here: %.*s, %s",
		dir, STR_ARG(pin->version), hash);
	err_detail(err, "kiln's own is " KILN_VERSION " and differs");
	err_detail(err, "looked for '%.*s', for '%s' and on mirrors: %s", STR_ARG(pin->path),
		   folder, cause->msg);
	return err_hint(
		err, "where it is, 'kiln lock set --vendor' lays it beside the recipes; 'kiln lock "
		     "set' pins kiln's own, whose results may be others");
}

errint project_set_find(struct session *s, const char *dir, const struct set_pin *pin,
			struct arena *a, const char **out, struct err *err)
{
	char *folder CLEANUP_FREE = vendored_folder(a, dir, pin->version);
	struct set_pin own;
	bool found = false;
	ERR(cause);
	errint rc = project_set_own(s, a, &own, err);

	*out = NULL;
	if (rc || str_eq(own.path, pin->path))
		return rc;
	*out = arena_strz(a, pin->path);
	rc = store_temp_root(s->store, pin->path, err);
	if (!rc)
		rc = store_is_valid(s->store, pin->path, &found, err);
	if (!rc && !found)
		rc = take_vendored(s, folder, pin, a, &found, err);
	if (rc || found)
		return rc;
	if (take_mirror(s, pin, a, &found, &cause))
		rc = not_here(dir, folder, pin, &cause, err);
	err_clear(&cause);
	return rc;
}

/* ---- keeping it ---- */

errint project_set_keep(struct session *s, const struct set_pin *own, struct err *err)
{
	ARENA(a);
	const char *data;
	struct str path;
	errint rc = session_data_dir(s, &data, err);

	if (rc)
		return rc;
	char *folder CLEANUP_FREE = path_join(str_c(data), S("pkgs"));
	const struct store_config *c = store_config(s->store);
	char *roots CLEANUP_FREE = xasprintf("%s%s/gcroots/kiln-sets", c->root, c->state_dir);
	char *link CLEANUP_FREE = path_join(str_c(roots), store_path_base(own->path));
	rc = store_add_path(s->store, &a, set_name(&a, own->version), folder, true, HASH_SHA256,
			    &own->nar_hash, NULL, NULL, &path, err);
	if (!rc)
		rc = store_flush(s->store, err);
	if (!rc)
		rc = mkdir_p(AT_FDCWD, roots, 0755, err);
	return rc ? rc : file_symlink(arena_strz(&a, own->path), AT_FDCWD, link, err);
}

errint project_set_vendor(struct session *s, const char *dir, const struct set_pin *own, char **to,
			  struct err *err)
{
	ARENA(a);
	BUF(nar, LIMIT_SET_NAR);
	struct buf_sink sink = buf_sink_init(&nar);
	const char *data;
	errint rc = session_data_dir(s, &data, err);

	if (rc)
		return rc;
	char *folder CLEANUP_FREE = path_join(str_c(data), S("pkgs"));
	char *sources CLEANUP_FREE = path_join(str_c(dir), S(SOURCES));
	char *place CLEANUP_FREE = vendored_folder(&a, dir, own->version);
	rc = nar_dump(AT_FDCWD, folder, &sink.sink, NULL, NULL, err);
	if (!rc)
		rc = mkdir_p(AT_FDCWD, sources, 0755, err);
	if (!rc)
		rc = remove_tree(AT_FDCWD, place, err);
	if (rc)
		return rc;
	struct str_source from = str_source_init(buf_str(&nar));
	rc = nar_restore_plain(&from.source, AT_FDCWD, place, err);
	if (!rc)
		*to = STEAL(place);
	return rc;
}

errint project_pin_first(struct session *s, const char *dir, bool *pinned, struct err *err)
{
	ARENA(a);
	char *folder CLEANUP_FREE = path_join(str_c(dir), S(".flox"));
	struct set_pin pin;
	bool ours;
	errint rc = project_pin_read(s, dir, &a, &pin, err);

	if (rc || pin.there)
		return rc;
	rc = is_kilns(s, dir, &ours, err);
	if (rc || ours || access(folder, W_OK))
		return rc;
	rc = project_set_own(s, &a, &pin, err);
	if (!rc)
		rc = project_set_keep(s, &pin, err);
	if (!rc)
		rc = project_pin_write(dir, &pin, err);
	*pinned = !rc;
	return rc;
}
