/* SPDX-License-Identifier: MIT
 *
 * One table of the predicate's texts serves writing and reading. */
#include "release/statement.h"

#include "base/date.h"
#include "base/json.h"

#define STATEMENT_TYPE   "https://in-toto.io/Statement/v1"
#define PREDICATE_PREFIX "urn:kiln:gate:"
#define PREDICATE_SUFFIX ":v1"

enum { NEEDED = 1, REVISION = 2 };

static const struct text_row {
	const char *key;
	size_t offset;
	unsigned flags;
} texts[] = {
#define ROW(key, field, flags)                               \
	{                                                    \
		key, offsetof(struct evidence, field), flags \
	}
	ROW("gate", gate, NEEDED),
	ROW("result", result, NEEDED),
	ROW("track", track, 0),
	ROW("project", project, 0),
	ROW("commit", commit, NEEDED | REVISION),
	ROW("tree", tree, NEEDED | REVISION),
	ROW("recipe", recipe, NEEDED),
	ROW("version", version, 0),
	ROW("system", system, NEEDED),
	ROW("kiln", kiln, NEEDED),
	ROW("definition", definition, 0),
	ROW("ref", ref, 0),
	ROW("target", target, 0),
#undef ROW
};

static struct str *text_at(const struct evidence *e, const struct text_row *row)
{
	return (struct str *)((char *)e + row->offset);
}

bool gate_name_check(struct str name)
{
	enum { NAME_MAX_LETTERS = 64 };

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool plain =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!plain && (i == 0 || !strchr("._-", c) || !c))
			return false;
	}
	return name.n > 0 && name.n <= NAME_MAX_LETTERS;
}

/* ---- writing ---- */

static void put_text(struct buf *b, const char *key, struct str value)
{
	buf_printf(b, ",\"%s\":", key);
	json_put_str(b, value);
}

static void put_date(struct buf *b, const char *key, int64_t at)
{
	char text[DATE_TEXT_MAX];

	put_text(b, key, str_c(date_print(at, text)));
}

static void put_predicate(const struct evidence *e, const char *hash, struct buf *b)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct str v = *text_at(e, &texts[i]);

		if (i == 0) {
			buf_printf(b, "\"%s\":", texts[i].key);
			json_put_str(b, v);
		} else if (v.n || (texts[i].flags & NEEDED)) {
			put_text(b, texts[i].key, v);
		}
	}
	buf_printf(b, ",\"closure\":\"sha256:%s\",\"paths\":%llu", hash,
		   (unsigned long long)e->paths);
	if (e->set_hash.n) {
		buf_putz(b, ",\"set\":{\"version\":");
		json_put_str(b, e->set_version);
		put_text(b, "narHash", e->set_hash);
		buf_putc(b, '}');
	}
	put_date(b, "started", e->started);
	put_date(b, "finished", e->finished);
	if (e->details.n) {
		buf_putz(b, ",\"details\":");
		buf_puts(b, e->details);
	}
}

void statement_print(const struct evidence *e, struct buf *b)
{
	char hash[HASH_TEXT_MAX];

	hash_format(&e->closure, HASH_BASE16, false, hash);
	buf_putz(b, "{\"_type\":\"" STATEMENT_TYPE "\",\"subject\":[{\"name\":");
	json_put_str(b, e->recipe);
	buf_printf(b, ",\"digest\":{\"sha256\":\"%s\"}}],\"predicateType\":\"", hash);
	buf_printf(b, PREDICATE_PREFIX "%.*s" PREDICATE_SUFFIX "\",\"predicate\":{",
		   STR_ARG(e->gate));
	put_predicate(e, hash, b);
	buf_putz(b, "}}");
}

/* ---- reading ---- */

struct statement_object {
	struct arena *a;
	struct json_member *m;
	size_t n;
};

static errint open_object(struct arena *a, struct str text, struct statement_object *out,
			  struct err *err)
{
	out->a = a;
	errint rc = json_members(a, text, &out->m, &out->n, err);

	if (rc)
		return rc;
	/* Two readers might take different ones of two. */
	for (size_t i = 0; i < out->n; i++)
		if (json_find(out->m, out->n, out->m[i].key) != &out->m[i].value)
			return err_set(err, ERR_CORRUPT, "'%.*s' is there twice",
				       STR_ARG(out->m[i].key));
	return 0;
}

static errint want(const struct statement_object *o, const char *key, bool needed, struct str *out,
		   struct err *err)
{
	const struct str *v = json_find(o->m, o->n, str_c(key));

	*out = S("");
	if (!v)
		return needed ? err_set(err, ERR_CORRUPT, "'%s' is missing", key) : 0;
	errint rc = json_string(o->a, *v, out, err);
	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint enter(const struct statement_object *o, const char *key, struct statement_object *out,
		    struct err *err)
{
	const struct str *v = json_find(o->m, o->n, str_c(key));

	if (!v)
		return err_set(err, ERR_CORRUPT, "'%s' is missing", key);
	errint rc = open_object(o->a, *v, out, err);
	return rc ? err_wrap(err, "'%s'", key) : 0;
}

static errint want_date(const struct statement_object *o, const char *key, int64_t *out,
			struct err *err)
{
	struct str text;
	errint rc = want(o, key, true, &text, err);

	if (!rc && !date_parse(text, out))
		rc = err_set(err, ERR_CORRUPT, "'%s' is no date: '%.*s'", key, STR_ARG(text));
	return rc;
}

static errint read_subject(const struct statement_object *o, struct evidence *e, struct err *err)
{
	const struct str *list = json_find(o->m, o->n, S("subject"));
	struct statement_object subject, digest;
	struct str *items, name, hash;
	size_t n = 0;
	errint rc = list ? json_items(o->a, *list, &items, &n, err) : 0;

	if (!rc && n != 1)
		rc = err_set(err, ERR_CORRUPT, "not one 'subject', but %zu", n);
	if (!rc)
		rc = open_object(o->a, items[0], &subject, err);
	if (!rc)
		rc = want(&subject, "name", true, &name, err);
	if (!rc)
		rc = enter(&subject, "digest", &digest, err);
	if (!rc)
		rc = want(&digest, "sha256", true, &hash, err);
	if (rc)
		return rc;
	e->closure = (struct hash){.algo = HASH_SHA256};
	if (!base16_decode(hash, e->closure.b, hash_size(HASH_SHA256)))
		return err_set(err, ERR_CORRUPT, "the subject's hash is none: '%.*s'",
			       STR_ARG(hash));
	return 0;
}

static errint read_texts(const struct statement_object *o, struct evidence *e, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct str *v = text_at(e, &texts[i]);
		errint rc = want(o, texts[i].key, texts[i].flags & NEEDED, v, err);

		if (rc)
			return rc;
		if ((texts[i].flags & REVISION) && !base16_check(*v, 20) && !base16_check(*v, 32))
			return err_set(err, ERR_CORRUPT, "'%s' is no Git object", texts[i].key);
	}
	if (!gate_name_check(e->gate))
		return err_set(err, ERR_CORRUPT, "'gate' is no gate's name");
	if (!str_eqz(e->result, "passed") && !str_eqz(e->result, "failed"))
		return err_set(err, ERR_CORRUPT, "'result' is neither 'passed' nor 'failed'");
	return 0;
}

static errint read_rest(const struct statement_object *o, struct evidence *e, struct err *err)
{
	const struct str *details = json_find(o->m, o->n, S("details"));
	const struct str *paths = json_find(o->m, o->n, S("paths"));
	struct statement_object set;
	struct str closure;
	struct hash again;
	errint rc = want_date(o, "started", &e->started, err);

	if (!rc)
		rc = want_date(o, "finished", &e->finished, err);
	if (!rc)
		rc = want(o, "closure", true, &closure, err);
	if (!rc)
		rc = hash_parse(closure, HASH_SHA256, &again, err);
	if (!rc && !hash_eq(&again, &e->closure))
		rc = err_set(err, ERR_CORRUPT, "subject and predicate have different closures");
	if (!rc && (!paths || !str_to_u64(*paths, &e->paths)))
		rc = err_set(err, ERR_CORRUPT, "'paths' is no number");
	if (!rc && e->finished < e->started)
		rc = err_set(err, ERR_CORRUPT, "it finished before it started");
	if (!rc && json_find(o->m, o->n, S("set"))) {
		rc = enter(o, "set", &set, err);
		if (!rc)
			rc = want(&set, "version", true, &e->set_version, err);
		if (!rc)
			rc = want(&set, "narHash", true, &e->set_hash, err);
	}
	e->details = details ? *details : S("");
	return rc;
}

static errint check_types(const struct statement_object *o, const struct evidence *e,
			  struct err *err)
{
	struct str type, predicate;
	errint rc = want(o, "_type", true, &type, err);

	if (!rc)
		rc = want(o, "predicateType", true, &predicate, err);
	if (rc)
		return rc;
	if (!str_eqz(type, STATEMENT_TYPE))
		return err_set(err, ERR_CORRUPT, "'%.*s' is another kind of statement",
			       STR_ARG(type));
	predicate = str_drop_prefix(predicate, S(PREDICATE_PREFIX));
	if (!str_eq(str_drop_suffix(predicate, S(PREDICATE_SUFFIX)), e->gate) ||
	    !str_ends(predicate, S(PREDICATE_SUFFIX)))
		return err_set(err, ERR_CORRUPT, "the predicate's type is not that of its gate");
	return 0;
}

errint statement_parse(struct arena *a, struct str text, struct evidence *out, struct err *err)
{
	struct evidence e = {0};
	struct statement_object root, predicate;
	errint rc = open_object(a, text, &root, err);

	if (!rc)
		rc = read_subject(&root, &e, err);
	if (!rc)
		rc = enter(&root, "predicate", &predicate, err);
	if (!rc)
		rc = read_texts(&predicate, &e, err);
	if (!rc)
		rc = read_rest(&predicate, &e, err);
	if (!rc)
		rc = check_types(&root, &e, err);
	if (!rc)
		*out = e;
	return rc;
}
