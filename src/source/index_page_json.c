/* SPDX-License-Identifier: MIT
 *
 * An index page in JSON (PEP 691 and 700). A field of an unexpected type counts as absent; a file
 * without name or URL is left out. */
#include <jansson.h>
#include <string.h>

#include "base/url.h"
#include "source/index_page_int.h"

static void json_release(json_t **j)
{
	json_decref(*j);
}

static struct str text_of(struct arena *a, const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	if (!json_is_string(v))
		return S("");
	return arena_str(a, str_n(json_string_value(v), json_string_length(v)));
}

/* {"sha256": "…", …}: the strongest that we know. */
static bool read_hashes(const json_t *hashes, struct hash *out)
{
	static const enum hash_algo by_strength[] = {HASH_SHA512, HASH_SHA256, HASH_SHA1, HASH_MD5};

	for (size_t i = 0; i < ARRAY_LEN(by_strength); i++) {
		enum hash_algo algo = by_strength[i];
		const char *hex = json_string_value(json_object_get(hashes, hash_algo_name(algo)));
		struct hash h = {.algo = algo};

		if (!hex || strlen(hex) != BASE16_LEN(hash_size(algo)) ||
		    !base16_decode(str_c(hex), h.b, hash_size(algo)))
			continue;
		*out = h;
		return true;
	}
	return false;
}

/* PEP 714's name, then PEP 658's; true or an object of hashes. */
static void read_metadata(const json_t *file, struct index_file *f)
{
	static const char *const names[] = {"core-metadata", "dist-info-metadata"};

	for (size_t i = 0; i < ARRAY_LEN(names) && !f->has_metadata; i++) {
		const json_t *v = json_object_get(file, names[i]);

		f->has_metadata_hash = read_hashes(v, &f->metadata_hash);
		f->has_metadata = json_is_object(v) || json_is_true(v);
	}
}

static errint read_file(struct index_builder *b, const json_t *file, struct err *err)
{
	const json_t *yanked = json_object_get(file, "yanked");
	json_int_t size = json_integer_value(json_object_get(file, "size"));
	struct index_file f = {.name = text_of(b->a, file, "filename")};
	struct str url = text_of(b->a, file, "url");
	ERR(ignored);

	if (!f.name.n || memchr(f.name.p, '/', f.name.n) || !url.n ||
	    url_resolve(b->a, b->base, url, &f.url, &ignored))
		return 0;
	f.has_hash = read_hashes(json_object_get(file, "hashes"), &f.hash);
	f.requires_python = str_trim(text_of(b->a, file, "requires-python"));
	f.yanked = json_is_true(yanked) || json_is_string(yanked);
	f.yanked_why = text_of(b->a, file, "yanked");
	f.size = size > 0 ? (uint64_t)size : 0;
	f.upload_time = text_of(b->a, file, "upload-time");
	read_metadata(file, &f);
	return index_builder_add(b, &f, err);
}

errint index_page_json(struct index_builder *b, struct str text, struct err *err)
{
	json_error_t why;
	json_t *page CLEANUP(json_release) = json_loadb(text.p, text.n, JSON_ALLOW_NUL, &why);
	const json_t *files = json_object_get(page, "files");
	struct str version;
	size_t i;

	if (!page)
		return err_set(err, ERR_CORRUPT, "%d:%d: %s", why.line, why.column, why.text);
	version = text_of(b->a, json_object_get(page, "meta"), "api-version");
	if (version.n) {
		errint rc = index_version_check(version, err);

		if (rc)
			return rc;
	}
	if (!json_is_array(files))
		return err_set(err, ERR_CORRUPT, "no list of files");
	for (i = 0; i < json_array_size(files); i++) {
		errint rc = read_file(b, json_array_get(files, i), err);

		if (rc)
			return rc;
	}
	return 0;
}
