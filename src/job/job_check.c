/* SPDX-License-Identifier: MIT
 *
 * What becomes of outputs once a builder or a fetch is through, in a worker: they get the store's
 * metadata, fixed outputs are compared with their hash, references are found by scanning. The
 * worker tells, for each output, what registration needs:
 *
 *	u8: a fixed output that is not what was specified; then its hash (bytes of struct hash)
 *	32 bytes of NAR hash, u64 NAR size, u32 count, count u32 indices into the candidates */
#include "job/job.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

static void put_info(const struct job *j, const struct path_info *info, struct buf *out)
{
	uint32_t n = (uint32_t)info->n_refs;

	buf_put(out, info->nar_hash.b, hash_size(HASH_SHA256));
	buf_put(out, &info->nar_size, sizeof(info->nar_size));
	buf_put(out, &n, sizeof(n));
	for (size_t i = 0; i < info->n_refs; i++) {
		struct str *found = bsearch(&info->refs[i], j->candidates.v, j->candidates.n,
					    sizeof(struct str), str_cmp_qsort);
		uint32_t index = (uint32_t)(found - j->candidates.v);

		buf_put(out, &index, sizeof(index));
	}
}

/* Reads it once: for its references, the NAR's hash, and what it is fixed by. */
static errint scan(struct job *j, size_t i, struct str_set candidates, struct path_info *info,
		   struct buf *out, struct err *err)
{
	const struct drv_output *o = &j->goal->drv.outputs[i];
	struct content content;
	struct hash expected;

	if (!o->hash_algo.n) {
		buf_putc(out, 0);
		return store_scan(j->store, &j->arena, j->where[i], candidates, info, err);
	}
	errint rc = drv_output_hash(o, &content.recursive, &expected, err);
	content.hash = (struct hash){.algo = expected.algo};
	if (!rc)
		rc = store_scan_content(j->store, &j->arena, j->where[i], candidates, &content,
					info, err);
	if (rc)
		return err_wrap(err, "output of '%.*s'", STR_ARG(j->goal->path));
	bool other = !hash_eq(&expected, &content.hash);
	buf_putc(out, other);
	if (other)
		buf_put(out, &content.hash, sizeof(content.hash));
	if (other || !info->n_refs)
		return 0;
	return err_set(err, ERR_BUILD,
		       "fixed-output derivation '%.*s' must not refer to store paths, but its "
		       "output refers to '%.*s'",
		       STR_ARG(j->goal->path), STR_ARG(info->refs[0]));
}

/* A flat hash is that of a file's bytes. */
static errint check_flat(struct job *j, const struct drv_output *o, const struct stat *st,
			 struct err *err)
{
	if (!o->hash_algo.n || str_starts(o->hash_algo, S("r:")) ||
	    (S_ISREG(st->st_mode) && !(st->st_mode & S_IXUSR)))
		return 0;
	err_set(err, ERR_BUILD,
		"the output must be a file that is not executable, since its hash is "
		"that of a file (outputHashMode = \"flat\")");
	return err_wrap(err, "output of '%.*s'", STR_ARG(j->goal->path));
}

static errint check_output(struct job *j, size_t i, struct buf *out, struct err *err)
{
	const struct drv_output *o = &j->goal->drv.outputs[i];
	struct path_info info = {0};
	struct output_rules rules = {0};
	struct stat st;

	if (lstat(j->where[i], &st)) {
		if (errno != ENOENT)
			return err_sys(err, "reading '%s'", j->where[i]);
		return err_set(err, ERR_BUILD,
			       "builder for '%.*s' failed to produce output path '%.*s'",
			       STR_ARG(j->goal->path), STR_ARG(o->path));
	}
	errint rc = check_flat(j, o, &st, err);
	if (!rc)
		rc = store_canonicalise(j->where[i], err);
	if (!rc)
		rc = build_attrs_rules(&j->attrs, o->name, &rules, err);
	if (rc)
		return rc;
	rc = scan(j, i, rules.discard_references ? (struct str_set){0} : j->candidates, &info, out,
		  err);
	if (!rc)
		put_info(j, &info, out);
	return rc;
}

/* Runs in the worker. */
static errint check_all(void *ctx, struct buf *out, struct err *err)
{
	struct job *j = ctx;
	errint rc = j->ops->prepare ? j->ops->prepare(j, err) : 0;

	for (size_t i = 0; !rc && i < j->n_outputs; i++)
		rc = check_output(j, i, out, err);
	return rc;
}

/* What may be looked at within a turn of the loop. */
struct budget {
	unsigned entries;
	off_t bytes;
};

static bool is_within(struct budget *b, int dirfd, const char *path, unsigned depth)
{
	struct dir_list l = {0};
	struct stat st;
	ERR(ignored);

	if (!b->entries || fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW))
		return false;
	b->entries--;
	b->bytes -= S_ISREG(st.st_mode) ? st.st_size : 0;
	if (!S_ISDIR(st.st_mode))
		return b->bytes >= 0;
	int fd CLEANUP_FD = -1;
	if (!depth || open_dir(dirfd, path, &fd, &ignored) || dir_list(dirfd, path, &l, &ignored))
		return false;
	bool within = b->bytes >= 0 && l.n <= b->entries;
	for (size_t i = 0; within && i < l.n; i++)
		within = is_within(b, fd, l.v[i].name, depth - 1);
	dir_list_release(&l);
	return within;
}

static bool is_little(const struct job *j)
{
	struct budget b = {.entries = 24, .bytes = 128 << 10};
	bool little = !j->scratch || is_within(&b, AT_FDCWD, j->scratch, 2);

	for (size_t i = 0; little && i < j->n_outputs; i++)
		little = is_within(&b, AT_FDCWD, j->where[i], 2);
	return little;
}

errint job_check_start(struct job *j, bool *done, struct err *err)
{
	*done = is_little(j);
	return *done ? worker_here(check_all, j, &j->worker, err)
		     : worker_start(check_all, j, &j->worker, err);
}

static bool take(struct str *s, void *out, size_t n)
{
	if (s->n < n)
		return false;
	memcpy(out, s->p, n);
	*s = str_skip(*s, n);
	return true;
}

static bool take_info(struct job *j, struct str *s, struct path_info *info)
{
	uint32_t n;

	info->nar_hash.algo = HASH_SHA256;
	if (!take(s, info->nar_hash.b, hash_size(HASH_SHA256)) ||
	    !take(s, &info->nar_size, sizeof(info->nar_size)) || !take(s, &n, sizeof(n)) ||
	    n > j->candidates.n)
		return false;
	info->refs = ARENA_ARRAY(&j->arena, struct str, n + 1);
	for (info->n_refs = 0; info->n_refs < n; info->n_refs++) {
		uint32_t index;

		if (!take(s, &index, sizeof(index)) || index >= j->candidates.n)
			return false;
		info->refs[info->n_refs] = j->candidates.v[index];
	}
	return true;
}

/* "fixed:r:sha256:<nix32>" */
static errint content_address(struct job *j, const struct drv_output *o, struct str *out,
			      struct err *err)
{
	char text[HASH_TEXT_MAX];
	struct hash h;
	bool recursive;
	errint rc = drv_output_hash(o, &recursive, &h, err);

	if (!rc)
		*out = str_c(arena_printf(&j->arena, "fixed:%s%s", recursive ? "r:" : "",
					  hash_format(&h, HASH_NIX32, true, text)));
	return rc;
}

static errint finish_info(struct job *j, size_t i, struct err *err)
{
	const struct drv_output *o = &j->goal->drv.outputs[i];
	struct path_info *info = &j->infos[i];

	info->deriver = j->goal->path;
	info->ultimate = true;
	return o->hash_algo.n ? content_address(j, o, &info->ca, err) : 0;
}

static errint take_output(struct job *j, struct str *s, size_t i, struct err *err)
{
	struct path_info *info = &j->infos[i];
	struct hash got;
	char other;

	if (!take(s, &other, 1) || (other && !take(s, &got, sizeof(got))) || !take_info(j, s, info))
		return err_set(err, ERR_CORRUPT, "a worker's result is cut off");
	if (other)
		return job_mismatch(j, i, &got, err);
	return finish_info(j, i, err);
}

errint job_check_known(struct job *j, struct err *err)
{
	errint rc = finish_info(j, 0, err);

	return rc ? rc : job_check_rules(j, err);
}

errint job_check_end(struct job *j, struct err *err)
{
	struct str s = str_skip(buf_str(&j->worker.result), 1);
	errint rc = 0;

	for (size_t i = 0; !rc && i < j->n_outputs; i++)
		rc = take_output(j, &s, i, err);
	return rc ? rc : job_check_rules(j, err);
}
