/* SPDX-License-Identifier: MIT
 *
 * Content addresses: a path that claims one (`text:sha256:…`, `fixed:r:sha256:…`, `fixed:md5:…`)
 * needs no signature, so the claim is proved before the path becomes valid: the address implies
 * the path, and the contents the address. */
#include "store/store_int.h"

#include <fcntl.h>
#include "base/file.h"

struct ca_address {
	bool text, recursive;
	struct hash hash;
};

static errint parse_address(const struct path_info *info, struct ca_address *out, struct err *err)
{
	struct str rest = str_drop_prefix(info->ca, S("text:"));

	out->text = rest.n != info->ca.n;
	out->recursive = false;
	if (!out->text) {
		struct str method = str_drop_prefix(rest, S("fixed:"));
		if (method.n == rest.n)
			return err_set(err, ERR_CORRUPT, "unknown content address '%.*s'",
				       STR_ARG(info->ca));
		rest = str_drop_prefix(method, S("r:"));
		out->recursive = rest.n != method.n;
	}
	errint rc = hash_parse(rest, HASH_ANY, &out->hash, err);
	if (!rc && out->text && out->hash.algo != HASH_SHA256)
		rc = err_set(err, ERR_CORRUPT, "a text's content address must be sha256");
	return rc;
}

/* The references that enter the path, without the path itself. */
static bool other_refs(struct arena *a, const struct path_info *info, struct str_set *out)
{
	bool self = false;

	out->v = ARENA_ARRAY(a, struct str, info->n_refs);
	out->n = 0;
	for (size_t i = 0; i < info->n_refs; i++) {
		if (str_eq(info->refs[i], info->path))
			self = true;
		else
			out->v[out->n++] = info->refs[i];
	}
	str_set_sort(out);
	return self;
}

static errint check_path(struct store *s, const struct path_info *info, const struct ca_address *ca,
			 bool *self, struct err *err)
{
	ARENA(a);
	struct str_set refs;
	struct str implied, name = store_path_name(info->path);
	*self = other_refs(&a, info, &refs);
	errint rc =
		ca->text ? store_path_make_text(&a, store_dir(s), name, &ca->hash, refs.v, refs.n,
						&implied, err)
			 : store_path_make_fixed(&a, store_dir(s), name, ca->recursive, &ca->hash,
						 refs.v, refs.n, *self, &implied, err);

	if (!rc && !str_eq(implied, info->path))
		rc = err_set(err, ERR_MISMATCH,
			     "'%.*s' claims the content address '%.*s', which belongs to '%.*s'",
			     STR_ARG(info->path), STR_ARG(info->ca), STR_ARG(implied));
	return rc;
}

static errint hash_object(struct store *s, const char *temp, const struct ca_address *ca,
			  struct hash *out, struct err *err)
{
	if (!ca->recursive) {
		int fd CLEANUP_FD = -1;
		errint rc = open_file(s->store_fd, temp, &fd, err);
		return rc ? rc : hash_fd(ca->hash.algo, fd, out, err);
	}
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(ca->hash.algo, NULL);
	errint rc = nar_dump(s->store_fd, temp, &sink.sink, NULL, NULL, err);
	if (!rc)
		hash_sink_finish(&sink, out);
	return rc;
}

errint store_check_address(struct store *s, const struct path_info *info, const char *where,
			   struct err *err)
{
	struct ca_address ca;
	struct hash got;
	bool self;

	if (info->ca.n == 0)
		return 0;
	errint rc = parse_address(info, &ca, err);
	if (!rc)
		rc = check_path(s, info, &ca, &self, err);
	/* The hash of what names itself leaves its own name out, position by position; the NAR
	 * hash, checked already, has to do there. */
	if (rc || self)
		return rc;
	rc = hash_object(s, where, &ca, &got, err);
	if (rc || hash_eq(&got, &ca.hash))
		return rc;
	return hash_mismatch(err, HASH_OF_ADDRESS, info->path, &ca.hash, &got);
}
