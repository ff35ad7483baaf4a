/* SPDX-License-Identifier: MIT
 *
 * Reading kits: kit.json alone, or all of one in a single pass. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/tar_write.h"
#include "base/file.h"
#include "base/process.h"
#include "store/signing_key.h"
#include "vendor/kit_int.h"

enum { CHUNK = 128 << 10 };

void kit_close(struct kit *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}

/* ---- kit.json ---- */

struct manifest_walk {
	struct buf text, signatures;
	bool found;
};

static void manifest_walk_release(struct manifest_walk *w)
{
	buf_release(&w->text);
	buf_release(&w->signatures);
}

static errint take_manifest(const struct archive_item *item, struct source *data, void *ctx,
			    struct err *err)
{
	struct manifest_walk *w = ctx;
	bool manifest = str_eqz(item->name, KIT_MANIFEST) && !w->found;
	bool signatures = str_eqz(item->name, KIT_SIGNATURE) && !w->signatures.n;
	struct buf_sink to = buf_sink_init(signatures ? &w->signatures : &w->text);

	w->found |= manifest;
	return manifest || signatures ? source_copy(data, &to.sink, err) : 0;
}

/* The frame that kit.json begins: the last ones hold nothing else. A big one takes several. */
static errint read_manifest(struct kit *k, struct arena *a, struct err *err)
{
	struct manifest_walk w CLEANUP(manifest_walk_release) = {
		.text = BUF_INIT(LIMIT_LOCK_FILE), .signatures = BUF_INIT(LIMIT_SMALL_FILE)};
	errint rc = 0;

	for (size_t i = k->frames.n; !rc && !w.found && i > 0; i--) {
		struct seekable_source from CLEANUP(seekable_source_release) = {0};
		uint64_t at = k->frames.at[i - 1];
		ERR(not_there);

		/* What begins in the midst of something is no archive. */
		rc = seekable_source_init(&from, &k->frames, at, k->frames.size, err);
		if (!rc)
			(void)!archive_walk_source(&from.source, take_manifest, &w, &not_there);
		if (k->frames.size - at > LIMIT_LOCK_FILE)
			break;
	}
	if (!rc && !w.found)
		rc = err_set(err, ERR_CORRUPT, "it has no " KIT_MANIFEST " at its end");
	if (rc)
		return rc;
	k->text = arena_str(a, buf_str(&w.text));
	k->signatures = arena_str(a, buf_str(&w.signatures));
	return kit_manifest_parse(a, k->text, &k->manifest, err);
}

errint kit_open(const char *file, struct arena *a, struct kit *out, struct err *err)
{
	errint rc = 0;

	*out = (struct kit){.file = file, .fd = open(file, O_RDONLY | O_CLOEXEC)};
	if (out->fd < 0)
		return err_sys(err, "opening '%s'", file);
	rc = seekable_open(out->fd, a, &out->frames, err);
	if (!rc)
		rc = read_manifest(out, a, err);
	if (!rc)
		return 0;
	err_wrap(err, "reading '%s'", file);
	kit_close(out);
	return err->hint ? rc : err_hint(err, "is it a kit, and whole? 'kiln kit make' makes one");
}

/* ---- all of it ---- */

/* Reads n bytes and gives them to the hash, if any. */
static errint pass(struct source *from, uint64_t n, struct hash_ctx *hash, char *chunk,
		   struct err *err)
{
	while (n) {
		size_t got = 0;
		errint rc = source_read(from, chunk, (size_t)MIN(n, (uint64_t)CHUNK), &got, err);

		if (!rc && !got)
			rc = err_set(err, ERR_CORRUPT, "it ends too early");
		if (rc)
			return rc;
		if (hash)
			hash_update(hash, chunk, got);
		n -= got;
	}
	return interrupt_check(err);
}

static const struct path_info *path_of(const struct kit_manifest *m, struct str name)
{
	struct str base = str_drop_suffix(str_drop_prefix(name, S("nar/")), S(".nar"));

	for (size_t i = 0; str_starts(name, S("nar/")) && i < m->n_paths; i++)
		if (str_eq(store_path_base(m->paths[i].path), base))
			return &m->paths[i];
	return NULL;
}

/* A NAR's own hash is in kit.json twice. */
static errint check_member(const struct kit *k, const struct kit_member *m, const struct hash *got,
			   struct err *err)
{
	const struct path_info *p = path_of(&k->manifest, m->name);
	char *shown CLEANUP_FREE = xasprintf("%s: %.*s", k->file, STR_ARG(m->name));

	if (!hash_eq(got, &m->sha256))
		return hash_mismatch(err, HASH_OF_FILE, str_c(shown), &m->sha256, got);
	if (p && !hash_eq(got, &p->nar_hash))
		return hash_mismatch(err, HASH_OF_FILE, str_c(shown), &p->nar_hash, got);
	return 0;
}

static errint verify(const struct kit *k, struct err *err)
{
	struct seekable_source from CLEANUP(seekable_source_release) = {0};
	char *chunk CLEANUP_FREE = xmalloc(CHUNK);
	uint64_t at = 0;
	errint rc = seekable_source_init(&from, &k->frames, 0, k->frames.size, err);

	for (size_t i = 0; !rc && i < k->manifest.n_members; i++) {
		const struct kit_member *m = &k->manifest.members[i];
		struct hash_ctx *ctx CLEANUP(hash_ctx_cleanup) = hash_ctx_new(HASH_SHA256);
		struct hash got;

		rc = pass(&from.source, m->offset - at, NULL, chunk, err);
		if (!rc)
			rc = pass(&from.source, m->size, ctx, chunk, err);
		at = m->offset + m->size;
		if (rc)
			return err_wrap(err, "'%s': '%.*s'", k->file, STR_ARG(m->name));
		hash_finish(STEAL(ctx), &got);
		rc = check_member(k, m, &got, err);
	}
	/* The rest has zstd's own sums. */
	return rc ? rc : pass(&from.source, k->frames.size - at, NULL, chunk, err);
}

static void tell(const struct kit *k, struct arena *a, struct kit_result *out)
{
	const struct kit_manifest *m = &k->manifest;
	size_t n = 0;

	out->paths = m->n_paths;
	for (size_t i = 0; i < m->n_members; i++)
		out->sources += str_starts(m->members[i].name, S("project/.flox/sources/"));
	for (size_t i = 0; i < m->n_recipes; i++)
		n += m->recipes[i].n_outputs;
	out->outputs = ARENA_ARRAY(a, struct str, n);
	for (size_t i = 0; i < m->n_recipes; i++)
		for (size_t o = 0; o < m->recipes[i].n_outputs; o++)
			out->outputs[out->n_outputs++] = m->recipes[i].outputs[o];
}

/* Is there a signature by one of the keys? */
static errint check_signatures(const struct kit *k, const char *const *keys, size_t n,
			       struct arena *a, struct kit_result *out, struct err *err)
{
	struct str rest = k->signatures, line;
	bool good = n == 0;

	out->signers = ARENA_ARRAY(a, struct str, rest.n / 2 + 1);
	while (str_split(&rest, '\n', &line)) {
		struct signature s;
		errint rc = line.n ? signature_parse(a, line, &s, err) : 0;

		for (size_t i = 0; !rc && line.n && i < n; i++) {
			struct public_key key;

			rc = public_key_parse(a, str_c(keys[i]), &key, err);
			good |= !rc && key_verify(&key, k->text, &s);
		}
		if (rc)
			return rc;
		if (line.n)
			out->signers[out->n_signers++] = s.name;
	}
	if (good)
		return 0;
	err_set(err, ERR_DENIED, "'%s' is %s", k->file,
		out->n_signers ? "signed by none of the keys" : "not signed");
	for (size_t i = 0; i < out->n_signers; i++)
		err_detail(err, "  signed by '%.*s', as it says", STR_ARG(out->signers[i]));
	return err_hint(err, "is it from whom you think?");
}

errint kit_verify(const char *file, const char *const *keys, size_t n_keys, struct arena *a,
		  struct kit_result *out, struct err *err)
{
	struct kit k CLEANUP(kit_close) = {.fd = -1};
	struct stat st;
	errint rc = kit_open(file, a, &k, err);

	if (!rc)
		rc = check_signatures(&k, keys, n_keys, a, out, err);
	if (rc)
		return rc;
	if (fstat(k.fd, &st) == 0)
		out->size = (uint64_t)st.st_size;
	tell(&k, a, out);
	return verify(&k, err);
}

/* ---- into the store ---- */

static errint check_store(const struct kit *k, struct session *s, struct err *err)
{
	if (str_eq(k->manifest.store_dir, store_dir(s->store)))
		return 0;
	return err_set(err, ERR_UNSUPPORTED, "'%s' is for the store '%.*s', and this one is '%.*s'",
		       k->file, STR_ARG(k->manifest.store_dir), STR_ARG(store_dir(s->store)));
}

static errint install_path(struct kit *k, struct session *s, const struct path_info *p,
			   struct err *err)
{
	struct seekable_source from CLEANUP(seekable_source_release) = {0};
	const struct kit_member *m = kit_nar(&k->manifest, p->path);
	bool valid;
	errint rc = store_is_present(s->store, p->path, &valid, err);

	if (rc || valid)
		return rc;
	rc = seekable_source_init(&from, &k->frames, m->offset, m->offset + m->size, err);
	if (!rc)
		rc = store_add_nar(s->store, p, &from.source, err);
	return rc ? err_wrap(err, "installing '%.*s'", STR_ARG(p->path)) : 0;
}

errint kit_install(struct session *s, const char *file, struct arena *a, struct kit_result *out,
		   struct err *err)
{
	struct kit k CLEANUP(kit_close) = {.fd = -1};

	interrupts_catch();
	errint rc = kit_open(file, a, &k, err);
	if (!rc)
		rc = check_store(&k, s, err);
	for (size_t i = 0; !rc && i < k.manifest.n_paths; i++) {
		rc = interrupt_check(err);
		if (!rc)
			rc = install_path(&k, s, &k.manifest.paths[i], err);
	}
	if (!rc)
		rc = store_flush(s->store, err);
	if (!rc)
		tell(&k, a, out);
	return rc;
}
