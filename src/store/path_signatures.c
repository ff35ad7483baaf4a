/* SPDX-License-Identifier: MIT
 *
 * The column `sigs` of ValidPaths, words with blanks between. */
#include "store/path_signatures.h"

#include "store/store_int.h"

static bool has_word(struct str words, struct str word)
{
	struct str one;

	while (words.n && str_split(&words, ' ', &one))
		if (str_eq(one, word))
			return true;
	return false;
}

static errint add_signature(struct arena *a, const struct signing_key *k, struct str fingerprint,
			    struct path_info *info, size_t *added, struct err *err)
{
	BUF(text, LIMIT_PATH_TEXT);
	struct signature sig;
	errint rc = key_sign(k, fingerprint, &sig, err);

	if (rc)
		return rc;
	/* Ed25519 is deterministic: what was signed before gives the same word. */
	signature_print(&sig, &text);
	if (has_word(info->sigs, buf_str(&text)))
		return 0;
	info->sigs = str_c(arena_printf(a, "%.*s%s%s", STR_ARG(info->sigs), info->sigs.n ? " " : "",
					buf_z(&text)));
	(*added)++;
	return 0;
}

errint path_info_sign(struct path_info *info, struct arena *a, const struct signing_key *k,
		      struct err *err)
{
	BUF(fingerprint, LIMIT_DRV_FILE);
	size_t added = 0;
	errint rc = path_fingerprint(info, &fingerprint, err);

	return rc ? rc : add_signature(a, k, buf_str(&fingerprint), info, &added, err);
}

static errint sign_path(struct store *s, struct str path, const struct signing_key *keys,
			size_t n_keys, size_t *added, struct err *err)
{
	ARENA(a);
	BUF(fingerprint, LIMIT_DRV_FILE);
	sqlite3_stmt *stmt CLEANUP(db_done) = NULL;
	struct path_info info;
	size_t before = *added;
	bool row;
	errint rc = store_query(s, &a, path, &info, err);

	if (!rc)
		rc = path_fingerprint(&info, &fingerprint, err);
	for (size_t i = 0; !rc && i < n_keys; i++)
		rc = add_signature(&a, &keys[i], buf_str(&fingerprint), &info, added, err);
	if (rc || *added == before)
		return rc;
	rc = db_stmt(s, DB_UPDATE_SIGS, &stmt, err);
	if (rc)
		return rc;
	db_bind_str(stmt, 1, info.sigs);
	db_bind_str(stmt, 2, path);
	return db_step(s, stmt, &row, err);
}

errint store_sign(struct store *s, const struct str *paths, size_t n,
		  const struct signing_key *keys, size_t n_keys, size_t *added, struct err *err)
{
	size_t count = 0;
	errint rc = store_flush(s, err);

	if (!rc)
		rc = db_open(s, true, err);
	if (!rc)
		rc = db_exec(s, DB_BEGIN, err);
	if (rc)
		return rc;
	for (size_t i = 0; !rc && i < n; i++)
		rc = sign_path(s, paths[i], keys, n_keys, &count, err);
	if (!rc)
		rc = db_exec(s, DB_COMMIT, err);
	if (rc) {
		ERR(ignored);

		if (db_exec(s, DB_ROLLBACK, &ignored))
			return rc;
		return rc;
	}
	*added = count;
	return 0;
}

static bool signed_by(struct arena *a, struct str sigs, const struct public_key *k,
		      struct str fingerprint)
{
	struct str word;

	while (sigs.n && str_split(&sigs, ' ', &word)) {
		ERR(foreign);
		struct signature sig;

		/* What others wrote there is theirs: a word that is no signature signs nothing. */
		if (word.n && !signature_parse(a, word, &sig, &foreign) &&
		    str_eq(sig.name, k->name) && key_verify(k, fingerprint, &sig))
			return true;
	}
	return false;
}

errint path_signatures_count(const struct path_info *info, const struct public_key *keys,
			     size_t n_keys, size_t *out, struct err *err)
{
	ARENA(a);
	BUF(fingerprint, LIMIT_DRV_FILE);
	errint rc = path_fingerprint(info, &fingerprint, err);

	if (rc)
		return rc;
	*out = 0;
	for (size_t i = 0; i < n_keys; i++) {
		bool first = true;

		/* The same key by another name is no second one. */
		for (size_t k = 0; k < i; k++)
			first = first && memcmp(keys[i].b, keys[k].b, KEY_PUBLIC_SIZE) != 0;
		*out += first && signed_by(&a, info->sigs, &keys[i], buf_str(&fingerprint));
	}
	return 0;
}
